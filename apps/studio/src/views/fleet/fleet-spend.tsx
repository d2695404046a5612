import type { Amount, Fleet } from '@filmwright/contracts';
import { creditText, secondText } from '../../model/fleet.ts';
import { hashOf } from '../../model/place.ts';

/** What workspaces spent within a day, and the builds that cost most. */
export function FleetSpend({ spend: { workspaces, builds } }: { readonly spend: Fleet['spend'] }) {
  return (
    <section className="stack" aria-labelledby="fleet-spend">
      <h2 id="fleet-spend">Spending of the last 24 hours</h2>
      {workspaces.length === 0 ? (
        <p className="quiet">Nothing was spent.</p>
      ) : (
        <div className="spend-grid">
          <article className="sheet report-card">
            <table className="sums">
              <caption>By workspace, in credits</caption>
              <thead>
                <tr>
                  <th scope="col">Workspace</th>
                  <SpentHeads />
                  <th scope="col">GPU</th>
                  <th scope="col" className="wide-only">
                    Processor
                  </th>
                </tr>
              </thead>
              <tbody>
                {workspaces.map(({ workspace, weight, settled, held, refunded }) => (
                  <tr key={workspace}>
                    <th scope="row">
                      {workspace} <span className="quiet small">weight {weight}</span>
                    </th>
                    <SpentCells settled={settled} held={held} refunded={refunded} />
                    <td>{secondText(settled.gpuS)}</td>
                    <td className="wide-only">{secondText(settled.slotS)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </article>
          <article className="sheet report-card">
            <table className="sums">
              <caption>By film, in credits</caption>
              <thead>
                <tr>
                  <th scope="col">Film</th>
                  <th scope="col" className="wide-only">
                    Estimate
                  </th>
                  <SpentHeads />
                  <th scope="col">GPU</th>
                </tr>
              </thead>
              <tbody>
                {builds.map(({ build, film, title, state, spend: { estimate, settled, held, refunded } }) => (
                  <tr key={build}>
                    <th scope="row">
                      <a href={hashOf({ view: 'film', film })}>{title}</a> <span className="quiet small">{state}</span>
                    </th>
                    <td className="wide-only">{estimate === null ? '' : creditText(estimate.credits)}</td>
                    <SpentCells settled={settled} held={held} refunded={refunded} />
                    <td>{secondText(settled.gpuS)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </article>
        </div>
      )}
    </section>
  );
}

function SpentHeads() {
  return (
    <>
      <th scope="col">Charged</th>
      <th scope="col">Reserved</th>
      <th scope="col" className="wide-only">
        Given back
      </th>
    </>
  );
}

function SpentCells({ settled, held, refunded }: Readonly<Record<'settled' | 'held' | 'refunded', Amount>>) {
  return (
    <>
      <td>{creditText(settled.credits)}</td>
      <td>{creditText(held.credits)}</td>
      <td className="wide-only">{creditText(refunded.credits)}</td>
    </>
  );
}
