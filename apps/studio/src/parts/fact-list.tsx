/** Names with their figures, a line each. */
export function FactList({
  facts,
  small = false,
}: {
  readonly facts: readonly (readonly [name: string, value: string])[];
  readonly small?: boolean;
}) {
  return (
    <dl className={small ? 'facts small' : 'facts'}>
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt className="quiet">{name}</dt>
          <dd className="figures">{value}</dd>
        </div>
      ))}
    </dl>
  );
}
