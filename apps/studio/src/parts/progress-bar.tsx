type ProgressProps = { readonly label: string; readonly percent: number; readonly className?: string };

/** How far something is, 0 to 100. */
export function ProgressBar({ label, percent, className = 'bar' }: ProgressProps) {
  return (
    <div
      className={className}
      role="progressbar"
      aria-label={label}
      aria-valuenow={Math.round(percent)}
      aria-valuemin={0}
      aria-valuemax={100}
    >
      <span style={{ width: `${percent}%` }} />
    </div>
  );
}
