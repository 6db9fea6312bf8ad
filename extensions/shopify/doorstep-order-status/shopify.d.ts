import '@shopify/ui-extensions';

// @ts-ignore: as Shopify's command line writes it
declare module './src/OrderStatus.jsx' {
  const shopify: import('@shopify/ui-extensions/customer-account.order-status.block.render').Api;
  const globalThis: {shopify: typeof shopify};
}
