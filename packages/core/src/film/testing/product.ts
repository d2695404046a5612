/** A use of the template for product films with what it must be given and no more: five shots. */
export const product = {
  template: 'product-film',
  parameters: {
    product: 'Cup',
    tagline: 'Warm.',
    opening: 'A cup.',
    picture: 'cup.png',
    detailTitle: 'Clay',
    detailText: 'It is clay.',
    features: ['Round', 'Warm'],
    featuresText: 'Round and warm.',
    place: 'table.jpg',
    placeText: 'On the table.',
    action: 'Buy',
    closing: 'Buy it.',
  },
};
