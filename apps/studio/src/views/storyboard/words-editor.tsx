import { withoutUnprintable } from '@filmwright/core';
import { type KeyboardEvent, useEffect, useRef } from 'react';
import { IconButton } from '../../parts/icon-button.tsx';

type WordsEditorProps = {
  readonly text: string;
  readonly label: string;
  readonly onChange: (text: string) => void;
  readonly onDone: () => void;
  readonly onSplit: (position: number) => void;
  readonly onJoin: () => void;
};

/** The words of a card while they are written. Escape ends, Ctrl+Enter splits the shot at the cursor. */
export function WordsEditor({ text, label, onChange, onDone, onSplit, onJoin }: WordsEditorProps) {
  const ref = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    const area = ref.current;
    area?.focus({ preventScroll: true });
    area?.setSelectionRange(area.value.length, area.value.length);
  }, []);
  const splitHere = (): void => onSplit(ref.current?.selectionStart ?? 0);
  const press = (event: KeyboardEvent): void => {
    event.stopPropagation();
    if (event.key === 'Escape') {
      event.preventDefault();
      onDone();
    } else if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      if (event.shiftKey) onJoin();
      else splitHere();
    }
  };
  return (
    <div className="words-editor">
      <textarea
        ref={ref}
        dir="auto"
        aria-label={label}
        value={text}
        maxLength={20_000}
        onChange={({ target }) => onChange(withoutUnprintable(target.value))}
        onKeyDown={press}
        onDoubleClick={(event) => event.stopPropagation()}
      />
      <span className="words-tools">
        <IconButton
          icon="split"
          small
          label="Split at the cursor"
          title="Split at the cursor (Ctrl+Enter)"
          onPointerDown={(event) => event.preventDefault()}
          onClick={splitHere}
        />
        <IconButton icon="check" small label="Done" title="Done (Escape)" onClick={onDone} />
      </span>
    </div>
  );
}
