type SliceMemory = {
  /** The driver's number of the memory that it computes in. */
  readonly instance: number;
  /** Null is memory that the driver does not tell. */
  readonly totalMib: number | null;
  readonly freeMib: number | null;
};
/** A program on the sliced GPU, with the memory that the driver tells of it. */
type SliceProgram = { readonly instance: number; readonly pid: number; readonly used: string };

const first = 'GPU-00000000-aaaa-bbbb-cccc-dddddddddddd';
const second = 'GPU-00000001-aaaa-bbbb-cccc-dddddddddddd';
const tail = 'aaaa-bbbb-cccc-dddddddddddd';

/** What `nvidia-smi -L` prints where the first of two GPUs is cut in slices of these profiles. */
export function sliceList(profiles: readonly string[]): string {
  return [
    `GPU 0: NVIDIA A100-SXM4-40GB (UUID: ${first})`,
    ...profiles.map((profile, place) => `  MIG ${profile.padEnd(11)} Device  ${place}: (UUID: MIG-0000000${place}-${tail})`),
    `GPU 1: NVIDIA A100-SXM4-40GB (UUID: ${second})`,
    '',
  ].join('\n');
}

/** What `nvidia-smi -q -x` prints of them, cut down to what lies around their memory. */
export function sliceReportOf(slices: readonly SliceMemory[], programs: readonly SliceProgram[] = []): string {
  const gpu = (bus: string, id: string, lines: readonly string[]): readonly string[] => [
    `\t<gpu id="00000000:${bus}:00.0">`,
    '\t\t<product_name>NVIDIA A100-SXM4-40GB</product_name>',
    ...lines,
    `\t\t<uuid>${id}</uuid>`,
    '\t\t<fb_memory_usage>',
    ...['total', 'reserved', 'used', 'free'].map((name) => `\t\t\t<${name}>40960 MiB</${name}>`),
    '\t\t</fb_memory_usage>',
    '\t\t<processes>',
    ...(id === first ? programs : []).flatMap(programLines),
    '\t\t</processes>',
    '\t</gpu>',
  ];
  return [
    '<?xml version="1.0" ?>',
    '<!DOCTYPE nvidia_smi_log SYSTEM "nvsmi_device_v12.dtd">',
    '<nvidia_smi_log>',
    '\t<driver_version>535.104.05</driver_version>',
    '\t<cuda_version>12.2</cuda_version>',
    ...gpu('65', first, ['\t\t<mig_devices>', ...slices.flatMap(sliceLines), '\t\t</mig_devices>']),
    ...gpu('66', second, ['\t\t<mig_devices>', '\t\t\tNone', '\t\t</mig_devices>']),
    '</nvidia_smi_log>',
    '',
  ].join('\n');
}

const said = (mib: number | null): string => (mib === null ? 'N/A' : `${mib} MiB`);

function sliceLines({ instance, totalMib, freeMib }: SliceMemory, place: number): readonly string[] {
  const usedMib = totalMib === null || freeMib === null ? null : totalMib - freeMib;
  return [
    '\t\t\t<mig_device>',
    `\t\t\t\t<index>${place}</index>`,
    `\t\t\t\t<gpu_instance_id>${instance}</gpu_instance_id>`,
    '\t\t\t\t<compute_instance_id>0</compute_instance_id>',
    '\t\t\t\t<device_attributes><shared><multiprocessor_count>14</multiprocessor_count></shared></device_attributes>',
    '\t\t\t\t<fb_memory_usage>',
    `\t\t\t\t\t<total>${said(totalMib)}</total>`,
    '\t\t\t\t\t<reserved>0 MiB</reserved>',
    `\t\t\t\t\t<used>${said(usedMib)}</used>`,
    `\t\t\t\t\t<free>${said(freeMib)}</free>`,
    '\t\t\t\t</fb_memory_usage>',
    '\t\t\t\t<bar1_memory_usage>',
    '\t\t\t\t\t<total>65535 MiB</total>',
    '\t\t\t\t\t<used>1 MiB</used>',
    '\t\t\t\t\t<free>65534 MiB</free>',
    '\t\t\t\t</bar1_memory_usage>',
    '\t\t\t</mig_device>',
  ];
}

function programLines({ instance, pid, used }: SliceProgram): readonly string[] {
  return [
    '\t\t\t<process_info>',
    `\t\t\t\t<gpu_instance_id>${instance}</gpu_instance_id>`,
    '\t\t\t\t<compute_instance_id>0</compute_instance_id>',
    `\t\t\t\t<pid>${pid}</pid>`,
    '\t\t\t\t<type>C</type>',
    '\t\t\t\t<process_name>python</process_name>',
    `\t\t\t\t<used_memory>${used}</used_memory>`,
    '\t\t\t</process_info>',
  ];
}
