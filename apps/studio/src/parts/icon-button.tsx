import type { ComponentProps } from 'react';
import { Icon, type IconName } from './icon.tsx';

type IconButtonProps = Omit<ComponentProps<'button'>, 'type' | 'children' | 'aria-label'> & {
  readonly icon: IconName;
  /** Says what it does to people who do not see the sign; `title` says it to those who point at it. */
  readonly label: string;
  readonly small?: boolean;
  /** Shows its edge also where nobody points at it. */
  readonly framed?: boolean;
};

/** A square button that shows a sign alone; everything else that a button takes is passed on to it. */
export function IconButton({ icon, label, small = false, framed = false, className, ...others }: IconButtonProps) {
  const classes = ['button', framed ? '' : 'bare', 'square', small ? 'small-square' : '', className ?? ''];
  return (
    <button type="button" className={classes.filter(Boolean).join(' ')} aria-label={label} {...others}>
      <Icon name={icon} />
    </button>
  );
}
