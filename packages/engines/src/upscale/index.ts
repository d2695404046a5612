export { enlargedSize, type UpscaleFile, upscaleFile } from './upscale-file.ts';
export { enlargeUse, isEnlarger, type UpscalePictures, upscalePicture, upscalePictures } from './upscale-pictures.ts';
