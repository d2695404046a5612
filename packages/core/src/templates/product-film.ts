import type { Template } from '@filmwright/contracts';

/** A product on designed backdrops: opening, features, a look in its place, price and call to action. */
export const productFilm: Template = {
  template: 'product-film',
  version: 1,
  title: 'Product film',
  description: 'Half a minute that shows one product: what it is, what it does, where it belongs, what it costs and what to do next.',
  parameters: {
    product: { type: 'text', required: true, maxLength: 40, description: 'Name of the product' },
    tagline: { type: 'text', required: true, maxLength: 60, description: 'The promise in a few words' },
    opening: { type: 'text', required: true, maxLength: 400, description: 'What is said first' },
    picture: { type: 'picture', required: true, description: 'The product, cut out or to be cut out' },
    detail: { type: 'picture', required: false, description: 'The product from another side; `picture` when left out' },
    detailTitle: { type: 'text', required: true, maxLength: 60, description: 'Heading of the second shot' },
    detailText: { type: 'text', required: true, maxLength: 400, description: 'What is said about the detail' },
    features: { type: 'texts', required: true, description: 'Two to four short features' },
    featuresTitle: {
      type: 'text',
      required: false,
      default: 'Made for every day',
      maxLength: 60,
      description: 'Heading above the features',
    },
    featuresText: { type: 'text', required: true, maxLength: 500, description: 'What is said about the features' },
    place: { type: 'picture', required: true, description: 'A picture of where the product belongs' },
    placeTitle: { type: 'text', required: false, maxLength: 60, description: 'A line on the picture' },
    placeText: { type: 'text', required: true, maxLength: 400, description: 'What is said over the picture' },
    glow: { type: 'picture', required: false, description: 'The product for the last shot; `picture` when left out' },
    price: { type: 'text', required: false, maxLength: 20, description: 'Price as shown, such as $129.00' },
    oldPrice: { type: 'text', required: false, maxLength: 20, description: 'Former price, struck through' },
    action: { type: 'text', required: true, maxLength: 40, description: 'Words on the button' },
    closing: { type: 'text', required: true, maxLength: 400, description: 'What is said last' },
    site: { type: 'text', required: false, maxLength: 60, description: 'Address shown at the end' },
    music: { type: 'sound', required: false, description: 'Music under the voice' },
    logo: { type: 'picture', required: false, description: 'Brand mark, with transparent ground' },
    look: { type: 'look', required: false, description: 'Colour grade of the place' },
    voice: { type: 'text', required: false, description: 'Installed voice' },
    language: { type: 'text', required: false, default: 'en', description: 'Language of the film' },
    primary: { type: 'color', required: false, default: '#20304f', description: 'First brand colour' },
    accent: { type: 'color', required: false, default: '#f2a33a', description: 'Brand colour of price and button' },
    background: { type: 'color', required: false, default: '#f3ede4', description: 'Colour of the studio backdrops' },
    text: { type: 'color', required: false, default: '#171b24', description: 'Colour of text' },
    aspect: {
      type: 'choice',
      required: false,
      default: '16:9',
      choices: ['16:9', '9:16', '1:1', '4:5'],
      description: 'Shape of the frame',
    },
  },
  film: {
    title: '{{product}}',
    language: '{{language}}',
    format: { aspect: '{{aspect}}' },
    voice: '{{voice}}',
    brand: { colors: { primary: '{{primary}}', accent: '{{accent}}', background: '{{background}}', text: '{{text}}' }, logo: '{{logo}}' },
    soundtrack: { music: '{{music}}' },
    storyboard: [
      {
        id: 'opening',
        narration: '{{opening}}',
        visual: {
          background: { backdrop: 'halo' },
          subject: {
            picture: '{{picture}}',
            height: { $if: 'landscape', $then: 0.62 },
            at: { $if: 'landscape', $then: [0.7, 0.44] },
          },
        },
        motion: { move: 'zoom-in', amount: 0.07 },
        text: [
          { style: 'title', text: '{{product}}', size: 1.5, position: { $if: 'landscape', $then: 'left' } },
          { style: 'subtitle', text: '{{tagline}}', size: 1.1, position: { $if: 'landscape', $then: 'left' } },
        ],
      },
      {
        id: 'detail',
        narration: '{{detailText}}',
        visual: {
          background: { backdrop: 'arc' },
          subject: {
            picture: { $if: 'detail', $then: '{{detail}}', $else: '{{picture}}' },
            height: { $if: 'landscape', $then: 0.64 },
            at: { $if: 'landscape', $then: [0.3, 0.44] },
          },
        },
        motion: { move: 'pan-left', amount: 0.06 },
        text: [
          {
            style: 'title',
            text: '{{detailTitle}}',
            position: { $if: 'landscape', $then: 'right' },
            size: 0.8,
            width: { $if: 'landscape', $then: 0.38 },
          },
        ],
        transition: { kind: 'slide-left', length: '600ms' },
      },
      {
        id: 'features',
        narration: '{{featuresText}}',
        visual: {
          background: { backdrop: 'waves' },
          subject: {
            picture: '{{picture}}',
            height: { $if: 'landscape', $then: 0.6 },
            at: { $if: 'landscape', $then: [0.74, 0.45] },
          },
        },
        motion: { move: 'drift', amount: 0.06 },
        text: [
          { style: 'title', text: '{{featuresTitle}}', size: 0.7, position: { $if: 'landscape', $then: 'left' } },
          { style: 'bullets', text: '{{features}}', position: { $if: 'landscape', $then: 'left' } },
        ],
        transition: { kind: 'dissolve', length: '500ms' },
      },
      {
        id: 'place',
        narration: '{{placeText}}',
        logo: false,
        visual: { picture: '{{place}}' },
        motion: { move: 'zoom-in', amount: 0.12 },
        filters: { look: '{{look}}', vignette: 0.25, grain: 0.15 },
        text: {
          $if: 'placeTitle',
          $then: [
            {
              style: 'title',
              text: '{{placeTitle}}',
              color: '#ffffff',
              size: 0.75,
              position: { $if: 'landscape', $then: 'left' },
            },
          ],
        },
        transition: { kind: 'dissolve', length: '700ms' },
      },
      {
        id: 'closing',
        narration: '{{closing}}',
        visual: {
          background: { backdrop: 'sweep' },
          subject: {
            picture: { $if: 'glow', $then: '{{glow}}', $else: '{{picture}}' },
            height: { $if: 'landscape', $then: 0.62 },
            at: { $if: 'landscape', $then: [0.7, 0.45] },
          },
        },
        motion: { move: 'zoom-out', amount: 0.06 },
        text: [
          { style: 'title', text: '{{product}}', size: 0.85, position: { $if: 'landscape', $then: 'left' } },
          {
            $if: 'price',
            $then: {
              $if: 'oldPrice',
              $then: {
                style: 'price-tag',
                text: ['{{price}}', '{{oldPrice}}'],
                enter: 'pop',
                at: '400ms',
                position: { $if: 'landscape', $then: 'left' },
              },
              $else: {
                style: 'price-tag',
                text: '{{price}}',
                enter: 'pop',
                at: '400ms',
                position: { $if: 'landscape', $then: 'left' },
              },
            },
          },
          { style: 'button', text: '{{action}}', at: '800ms', position: { $if: 'landscape', $then: 'left' } },
          {
            $if: 'site',
            $then: { style: 'kicker', text: '{{site}}', at: '1s', position: { $if: 'landscape', $then: 'left' } },
          },
        ],
        transition: { kind: 'wipe-left', length: '600ms' },
      },
    ],
  },
};
