export { enlargeUse, type UpscalePictures, upscalePicture, upscalePictures } from './upscale-pictures.ts';
