import '@shopify/ui-extensions/preact';
import {render} from 'preact';

/* Leads from the order's own page to its tracking page in the store, with the order's number filled in. It asks
   nobody over the network, and so needs no leave to. */
export default async () => {
  render(<OrderStatus />, document.body);
};

function OrderStatus() {
  const order = shopify.order.value;
  const store = shopify.shop.storefrontUrl;
  if (!order || order.cancelledAt || !store) {
    return null;
  }
  const page = new URL('/apps/track', store);
  page.searchParams.set('order', order.name);
  return (
    <s-section heading={shopify.i18n.translate('heading')}>
      <s-link href={page.href} target="_blank">{shopify.i18n.translate('follow')}</s-link>
    </s-section>
  );
}
