import type { Segment, WebPackage } from '@filmwright/contracts';
import { trackBandwidth } from './bandwidth.ts';
import { packagePaths } from './package-paths.ts';
import { writeXml, type Xml } from './xml.ts';

/** The manifest of a complete film for DASH (ISO/IEC 23009-1, on-demand with a segment timeline), over the same segments as the playlists. */
export function dashManifest(film: WebPackage): string {
  const { renditions, sound, captions, durationMs } = film;
  const longest = Math.max(...renditions.flatMap(({ segments, timescale }) => segments.map(({ ticks }) => ticks / timescale)));
  return writeXml({
    name: 'MPD',
    attributes: {
      xmlns: 'urn:mpeg:dash:schema:mpd:2011',
      profiles: 'urn:mpeg:dash:profile:isoff-live:2011,urn:mpeg:dash:profile:cmaf:2019',
      type: 'static',
      mediaPresentationDuration: secondsOf(durationMs / 1000),
      minBufferTime: 'PT2S',
      maxSegmentDuration: secondsOf(longest),
    },
    holds: [
      { name: 'ProgramInformation', holds: [{ name: 'Title', holds: film.title }] },
      {
        name: 'Period',
        attributes: { id: '1', start: 'PT0S' },
        holds: [
          videoSet(film),
          ...(sound === null ? [] : [soundSet(film, sound)]),
          ...captions.map(
            ({ language, asset }, index): Xml => ({
              name: 'AdaptationSet',
              attributes: { id: 10 + index, contentType: 'text', mimeType: 'text/vtt', lang: language },
              holds: [
                role('subtitle'),
                {
                  name: 'Representation',
                  attributes: { id: `captions-${language}`, bandwidth: Math.max(1, Math.ceil((asset.bytes * 8000) / durationMs)) },
                  holds: [{ name: 'BaseURL', holds: packagePaths.captions(language) }],
                },
              ],
            }),
          ),
        ],
      },
    ],
  });
}

function videoSet({ renditions }: WebPackage): Xml {
  const [first] = renditions;
  const widest = Math.max(...renditions.map(({ width }) => width));
  const tallest = Math.max(...renditions.map(({ height }) => height));
  return {
    name: 'AdaptationSet',
    attributes: {
      id: 1,
      contentType: 'video',
      mimeType: 'video/mp4',
      segmentAlignment: true,
      startWithSAP: 1,
      maxWidth: widest,
      maxHeight: tallest,
      frameRate: first?.fps ?? null,
      par: ratio(widest, tallest),
    },
    holds: [
      role('main'),
      ...renditions.map(
        (rendition): Xml => ({
          name: 'Representation',
          attributes: {
            id: rendition.rung,
            bandwidth: trackBandwidth(rendition).peak,
            codecs: rendition.codec,
            width: rendition.width,
            height: rendition.height,
            frameRate: rendition.fps,
            sar: '1:1',
          },
          holds: [segmentTemplate({ ...rendition, folder: packagePaths.video(rendition.rung) })],
        }),
      ),
    ],
  };
}

function soundSet({ language }: WebPackage, sound: NonNullable<WebPackage['sound']>): Xml {
  return {
    name: 'AdaptationSet',
    attributes: { id: 2, contentType: 'audio', mimeType: 'audio/mp4', lang: language, segmentAlignment: true, startWithSAP: 1 },
    holds: [
      role('main'),
      {
        name: 'Representation',
        attributes: { id: 'sound', bandwidth: trackBandwidth(sound).peak, codecs: sound.codec, audioSamplingRate: sound.timescale },
        holds: [
          {
            name: 'AudioChannelConfiguration',
            attributes: { schemeIdUri: 'urn:mpeg:dash:23003:3:audio_channel_configuration:2011', value: sound.channels },
          },
          segmentTemplate({ ...sound, folder: packagePaths.sound }),
        ],
      },
    ],
  };
}

const role = (value: string): Xml => ({ name: 'Role', attributes: { schemeIdUri: 'urn:mpeg:dash:role:2011', value } });

type Timeline = { readonly segments: readonly Segment[]; readonly timescale: number; readonly folder: string };

/** Runs of segments of one length are one entry with a repeat. */
function segmentTemplate({ segments, timescale, folder }: Timeline): Xml {
  const entries: { t: number; d: number; r: number }[] = [];
  for (const { startTick, ticks } of segments) {
    const last = entries.at(-1);
    if (last !== undefined && last.d === ticks) last.r++;
    else entries.push({ t: startTick, d: ticks, r: 0 });
  }
  return {
    name: 'SegmentTemplate',
    attributes: {
      timescale,
      initialization: `${folder}/${packagePaths.init}`,
      media: `${folder}/$Number$.m4s`,
      startNumber: 1,
    },
    holds: [
      {
        name: 'SegmentTimeline',
        holds: entries.map(({ t, d, r }, index) => ({ name: 'S', attributes: { t: index === 0 ? t : null, d, r: r === 0 ? null : r } })),
      },
    ],
  };
}

/** `PT12.5S`. */
const secondsOf = (seconds: number): string => `PT${Number(seconds.toFixed(6))}S`;

function ratio(width: number, height: number): string {
  let [a, b] = [width, height];
  while (b !== 0) [a, b] = [b, a % b];
  return `${width / a}:${height / a}`;
}
