import type { Rendition, Segment, WebPackage } from '@filmwright/contracts';
import { viewBandwidth } from './bandwidth.ts';
import { packagePaths } from './package-paths.ts';
import { type PlaylistLine, writePlaylist } from './playlist.ts';

/** fMP4 segments need 7 (RFC 8216, section 7). */
const version: PlaylistLine = { tag: 'EXT-X-VERSION', value: 7 };

/** The multivariant playlist: every rendition with its sound and captions. */
export function hlsMultivariant(film: WebPackage): string {
  const { sound, captions } = film;
  return writePlaylist([
    version,
    { tag: 'EXT-X-INDEPENDENT-SEGMENTS' },
    ...(sound === null
      ? []
      : [
          {
            tag: 'EXT-X-MEDIA',
            bare: { TYPE: 'AUDIO', DEFAULT: true, AUTOSELECT: true },
            attributes: {
              'GROUP-ID': 'sound',
              NAME: languageName(film.language),
              LANGUAGE: film.language,
              CHANNELS: sound.channels,
              URI: `${packagePaths.sound}/${packagePaths.trackList}`,
            },
          },
        ]),
    ...captions.map(({ language }) => ({
      tag: 'EXT-X-MEDIA',
      // Captions may be burnt into the picture already: they are offered, not shown unasked.
      bare: { TYPE: 'SUBTITLES', DEFAULT: 'NO', AUTOSELECT: 'NO', FORCED: 'NO' },
      attributes: { 'GROUP-ID': 'captions', NAME: languageName(language), LANGUAGE: language, URI: packagePaths.captionsList(language) },
    })),
    ...film.renditions.flatMap((rendition): PlaylistLine[] => [
      streamLine(film, rendition),
      { uri: `${packagePaths.video(rendition.rung)}/${packagePaths.trackList}` },
    ]),
  ]);
}

function streamLine({ sound, captions }: WebPackage, rendition: Rendition): PlaylistLine {
  const { peak, average } = viewBandwidth(rendition, sound);
  return {
    tag: 'EXT-X-STREAM-INF',
    bare: {
      BANDWIDTH: peak,
      'AVERAGE-BANDWIDTH': average,
      RESOLUTION: `${rendition.width}x${rendition.height}`,
      'FRAME-RATE': rendition.fps.toFixed(3),
    },
    attributes: {
      CODECS: [rendition.codec, ...(sound === null ? [] : [sound.codec])].join(','),
      AUDIO: sound === null ? null : 'sound',
      SUBTITLES: captions.length === 0 ? null : 'captions',
      'CLOSED-CAPTIONS': null,
    },
  };
}

export type TrackList = {
  readonly segments: readonly Segment[];
  readonly timescale: number;
  /** Longest segment there may be, in seconds; must not change while the playlist grows. */
  readonly longestSeconds: number;
  readonly complete: boolean;
};

/** The playlist of one track; it grows while the film is made and ends with it. */
export function hlsTrack({ segments, timescale, longestSeconds, complete }: TrackList): string {
  return writePlaylist([
    version,
    { tag: 'EXT-X-TARGETDURATION', value: Math.ceil(longestSeconds) },
    { tag: 'EXT-X-MEDIA-SEQUENCE', value: 1 },
    { tag: 'EXT-X-PLAYLIST-TYPE', value: complete ? 'VOD' : 'EVENT' },
    { tag: 'EXT-X-MAP', attributes: { URI: packagePaths.init } },
    ...segments.flatMap((segment, index): PlaylistLine[] => [
      { tag: 'EXTINF', value: `${(segment.ticks / timescale).toFixed(6)},` },
      { uri: packagePaths.segment(index + 1) },
    ]),
    ...(complete ? [{ tag: 'EXT-X-ENDLIST' }] : []),
  ]);
}

/** The playlist of a language's captions: one WebVTT file for the whole film. */
export function hlsCaptions({ language, durationMs }: { readonly language: string; readonly durationMs: number }): string {
  const seconds = durationMs / 1000;
  return writePlaylist([
    version,
    { tag: 'EXT-X-TARGETDURATION', value: Math.ceil(seconds) },
    { tag: 'EXT-X-MEDIA-SEQUENCE', value: 1 },
    { tag: 'EXT-X-PLAYLIST-TYPE', value: 'VOD' },
    { tag: 'EXTINF', value: `${seconds.toFixed(3)},` },
    { uri: `${language}.vtt` },
    { tag: 'EXT-X-ENDLIST' },
  ]);
}

/** A language as its own speakers write it; the tag itself where it is not known. */
export function languageName(tag: string): string {
  try {
    return new Intl.DisplayNames([tag], { type: 'language' }).of(tag) ?? tag;
  } catch {
    return tag;
  }
}
