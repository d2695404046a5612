import type { Fleet } from '@filmwright/contracts';
import { asSentence } from '../../model/format.ts';

/** Pools of machines: how many are wanted, there, on their way and on their way out, what that costs by the hour, and why. */
export function FleetPools({ pools }: { readonly pools: Fleet['pools'] }) {
  return (
    <section className="stack" aria-labelledby="fleet-pools">
      <h2 id="fleet-pools">Pools</h2>
      <ul className="pool-grid">
        {pools.map(({ name, minimum, maximum, wanted, there, starting, stopping, costPerHour, reason }) => {
          const paid = there + starting + stopping;
          return (
            <li key={name} className="sheet runner-card">
              <div className="row apart">
                <h3>{name}</h3>
                <span className="figures">
                  <strong>{there}</strong> of {wanted} wanted
                </span>
              </div>
              <span className="pool-bar" aria-hidden="true">
                <span data-part="there" style={{ flexGrow: there }} />
                <span data-part="starting" style={{ flexGrow: starting }} />
                <span data-part="stopping" style={{ flexGrow: stopping }} />
                <span style={{ flexGrow: Math.max(0, maximum - paid) }} />
              </span>
              <p className="small quiet">{asSentence(reason)}</p>
              <dl className="facts small runner-facts">
                <div>
                  <dt className="quiet">On their way</dt>
                  <dd className="figures">
                    {starting} in, {stopping} out
                  </dd>
                </div>
                <div>
                  <dt className="quiet">Least, most</dt>
                  <dd className="figures">
                    {minimum}, {maximum}
                  </dd>
                </div>
                <div>
                  <dt className="quiet">Cost per hour</dt>
                  <dd className="figures">
                    {(paid * costPerHour).toFixed(2)} ({costPerHour.toFixed(2)} each)
                  </dd>
                </div>
              </dl>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
