import { chatKeyNames } from '@filmwright/engines/storyboard/chat-keys';

type Environment = Readonly<Record<string, string | undefined>>;

/** Where programs, libraries, people's language, certificates and the way out are found. */
const plain =
  /^(PATH|HOME|USER|LOGNAME|LANG|LANGUAGE|LC_[A-Z]+|TZ|TMPDIR|TMP|TEMP|SYSTEMROOT|LD_LIBRARY_PATH|LD_PRELOAD|DYLD_[A-Z_]+|MALLOC_[A-Z_]+|XDG_[A-Z_]+|FONTCONFIG_[A-Z]+|SSL_CERT_(FILE|DIR)|(HTTPS?|ALL|NO)_PROXY)$/i;
const node = /^NODE_(OPTIONS|ENV|COMPILE_CACHE|EXTRA_CA_CERTS|USE_ENV_PROXY|USE_SYSTEM_CA|V8_COVERAGE|NO_WARNINGS)$/;
/** What drivers and runtimes of devices, and libraries that count with many threads, are set by. */
const devices = /^(CUDA|CUDNN|NVIDIA|NCCL|ROCR|ROCM|HIP|HSA|GPU|MIOPEN|ORT|OMP|GOMP|MKL|OPENBLAS|VK|LIBVA|SHERPA|ESPEAK)_[A-Z0-9_]+$/;
/** What tells a runner what its tasks need to know as well; its tokens, names and figures are its own. */
const own = /^FILMWRIGHT_(HOME|JOIN|MEDIA|HOT_CACHE_BYTES|WEIGHTS_BYTES|COMPUTE|MEASURE|FFMPEG|PROCESS|DRILL_CLOCKS|TEST_[A-Z_]+)$/;
/** Whatever else it begins with, a secret is not passed on. */
const secret = /(TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIALS?|_KEY)$/;

/**
 * What an executor is given of its runner's environment: an allow list, since nobody can name all secrets that an operator's shell, a service file or a
 * cloud may leave there. Keys of chat servers come with it, which only the executor reads, and keeps from the programs that it starts. A process of the same
 * user may still look at its parent's environment in /proc where the system allows it: who fears that gives the runner no secrets.
 */
export function executorEnvironment(env: Environment): Environment {
  const keys = chatKeyNames(env.FILMWRIGHT_HOME ?? '');
  const wanted = (name: string): boolean => [plain, node, devices, own].some((names) => names.test(name)) && !secret.test(name);
  return Object.fromEntries(Object.entries(env).filter(([name]) => keys.includes(name) || wanted(name)));
}
