<?php
/**
 * As much of WooCommerce as the plug-in stands on: its sessions, and its webhooks with their queue and their wire
 * format as recorded (tests/recordings/woocommerce).
 */

/** What a test looks at from outside. */
final class Shop {
	public static array $sessions  = array();
	public static array $webhooks  = array();
	public static array $queue     = array();
	public static array $delivered = array();
	public static array $products  = array();
	public static array $orders    = array();
	public static array $fields    = array();
	public static bool $at_checkout = true;

	/** End a shopper's request, as WordPress does: the plug-in, WooCommerce's queue, the session. */
	public static function end_request(): void {
		do_action( 'shutdown' );
		WC()->session->save_data();
	}

	/** Run what waits in the queue, later and in another request. */
	public static function run_queue(): void {
		$waiting     = self::$queue;
		self::$queue = array();
		foreach ( $waiting as list( $id, $arg ) ) {
			wc_get_webhook( $id )->deliver( $arg );
		}
	}
}

class WC_Session_Handler {
	private string $customer = '';
	private array $data      = array();

	public static function of( string $customer ): self {
		$made           = new self();
		$made->customer = $customer;
		$made->data     = (array) $made->get_session( $customer, array() );
		return $made;
	}

	public function get( string $key, $default = null ) {
		$key = sanitize_key( $key );
		return isset( $this->data[ $key ] ) ? maybe_unserialize( $this->data[ $key ] ) : $default;
	}

	public function set( string $key, $value ): void {
		if ( $value !== $this->get( $key ) ) {
			$this->data[ sanitize_key( $key ) ] = maybe_serialize( $value );
		}
	}

	public function get_customer_id() {
		return $this->customer;
	}

	public function get_session( $customer_id, $default = false ) {
		return Shop::$sessions[ $customer_id ] ?? $default;
	}

	public function save_data( $old_session_key = '' ): void {
		Shop::$sessions[ $this->customer ] = $this->data;
	}

	public function become( string $user ): void {
		unset( Shop::$sessions[ $this->customer ] );
		$guest          = $this->customer;
		$this->customer = $user;
		do_action( 'woocommerce_guest_session_to_user_id', $guest, $user );
	}
}

class WC_Cart {
	public function is_empty(): bool {
		return 0 === count( $this->get_cart() );
	}

	public function get_cart(): array {
		return (array) WC()->session->get( 'cart', array() );
	}

	public function add( WC_Product $product, int $quantity = 1 ): void {
		$items = $this->get_cart();
		$items[ md5( (string) $product->id ) ] = array(
			'key'          => md5( (string) $product->id ),
			'product_id'   => $product->parent ? $product->parent : $product->id,
			'variation_id' => $product->parent ? $product->id : 0,
			'quantity'     => $quantity,
			'line_total'   => $product->price * $quantity,
		);
		$this->keep( $items );
		do_action( 'woocommerce_add_to_cart', md5( (string) $product->id ), $product->id, $quantity, 0, array(), array() );
	}

	public function remove( WC_Product $product ): void {
		$items = $this->get_cart();
		unset( $items[ md5( (string) $product->id ) ] );
		$this->keep( $items );
		do_action( 'woocommerce_cart_item_removed', md5( (string) $product->id ), $this );
	}

	public function empty_cart( bool $clear_persistent_cart = true ): void {
		$this->keep( array() );
		do_action( 'woocommerce_cart_emptied', $clear_persistent_cart );
	}

	private function keep( array $items ): void {
		WC()->session->set( 'cart', $items ? $items : null );
		WC()->session->set( 'cart_totals', array( 'total' => number_format( array_sum( array_column( $items, 'line_total' ) ) + 5.09, 2, '.', '' ) ) );
	}
}

class WC_Product {
	public string $stock = 'instock';
	public function __construct( public int $id, public string $name, public string $sku, public float $price, public int $image = 0, public int $parent = 0 ) {
		Shop::$products[ $id ] = $this;
	}
	public function get_id() {
		return $this->id;
	}
	public function get_children() {
		return array_keys( array_filter( Shop::$products, fn( $product ) => $product->parent === $this->id ) );
	}
	public function is_type( $type ) {
		return in_array( $this->get_children() ? 'variable' : 'simple', (array) $type, true );
	}
	public function is_in_stock() {
		return 'outofstock' !== $this->stock;
	}
	public function get_name( $context = 'view' ) {
		return $this->name;
	}
	public function get_sku( $context = 'view' ) {
		return $this->sku;
	}
	public function get_image_id( $context = 'view' ) {
		return $this->image ? (string) $this->image : '';
	}
}

class WC_Customer {
	public function __construct( private string $email ) {}
	public function get_billing_email( $context = 'view' ) {
		return $this->email;
	}
}

class WC_Order {
	public array $meta = array();
	public function __construct( public int $id, public string $status = 'processing', public string $email = 'mae@example.test' ) {
		Shop::$orders[ $id ] = $this;
	}
	public function get_id() {
		return $this->id;
	}
	public function get_order_number() {
		return (string) $this->id;
	}
	public function get_order_key( $context = 'view' ) {
		return 'wc_order_key' . $this->id;
	}
	public function key_is_valid( $key ) {
		return hash_equals( $this->get_order_key(), $key );
	}
	public function has_status( $status ) {
		return in_array( $this->status, (array) $status, true );
	}
	public function update_meta_data( $key, $value, $meta_id = 0 ) {
		$this->meta[ $key ] = $value;
	}
	public function delete_meta_data( $key ) {
		unset( $this->meta[ $key ] );
	}
	public function get_meta( $key = '', $single = true, $context = 'view' ) {
		return $this->meta[ $key ] ?? '';
	}
	public function save_meta_data() {}
}

class WC_Webhook {
	public array $processed = array();
	public function __construct( public int $id, public string $name, public string $topic, public string $url, public string $secret, public string $status = 'active' ) {
		Shop::$webhooks[ $id ] = $this;
	}
	public function get_id() {
		return $this->id;
	}
	public function get_name( $context = 'view' ) {
		return $this->name;
	}
	public function get_topic( $context = 'view' ) {
		return $this->topic;
	}
	public function get_status( $context = 'view' ) {
		return $this->status;
	}
	public function get_delivery_url( $context = 'view' ) {
		return $this->url;
	}
	public function get_secret( $context = 'view' ) {
		return $this->secret;
	}
	public function delete( $force_delete = false ) {
		unset( Shop::$webhooks[ $this->id ] );
		return true;
	}

	/** As WooCommerce does at init, for webhooks that are active. */
	public function enqueue(): void {
		list( $resource, $event ) = explode( '.', $this->topic );
		$is_known = in_array( $resource, apply_filters( 'woocommerce_valid_webhook_resources', array( 'coupon', 'customer', 'order', 'product' ) ), true );
		$hooks    = apply_filters( 'woocommerce_webhook_topic_hooks', array(), $this );
		foreach ( $is_known && 'active' === $this->status ? $hooks[ $this->topic ] ?? array() : array() as $hook ) {
			add_action( $hook, array( $this, 'process' ) );
		}
	}

	public function process( $arg ) {
		if ( ! in_array( $arg, $this->processed, true ) && ! in_array( array( $this->id, $arg ), Shop::$queue, true ) ) {
			$this->processed[] = $arg;
			Shop::$queue[]     = array( $this->id, $arg );
		}
		return $arg;
	}

	public function build_payload( $resource_id ) {
		list( $resource, $event ) = explode( '.', $this->topic );
		$payload = 'deleted' === $event ? array( 'id' => $resource_id ) : array();
		return apply_filters( 'woocommerce_webhook_payload', $payload, $resource, $resource_id, $this->id );
	}

	public function deliver( $arg ): void {
		$this->processed          = array();
		$body                     = trim( wp_json_encode( $this->build_payload( $arg ) ) );
		list( $resource, $event ) = explode( '.', $this->topic );
		$headers = array(
			'Content-Type'             => 'application/json',
			'X-WC-Webhook-Source'      => home_url( '/' ),
			'X-WC-Webhook-Topic'       => $this->topic,
			'X-WC-Webhook-Resource'    => $resource,
			'X-WC-Webhook-Event'       => $event,
			'X-WC-Webhook-Signature'   => base64_encode( hash_hmac( 'sha256', $body, wp_specialchars_decode( $this->secret, ENT_QUOTES ), true ) ),
			'X-WC-Webhook-ID'          => (string) $this->id,
			'X-WC-Webhook-Delivery-ID' => wp_hash( $this->id . count( Shop::$delivered ) ),
		);
		Shop::$delivered[] = array( 'url' => $this->url, 'headers' => $headers, 'body' => $body );
	}
}

class WC_Data_Store {
	public static function load( $object_type ): self {
		return 'webhook' === $object_type ? new self() : throw new LogicException( $object_type );
	}
	public function get_webhooks_ids( $status = '' ): array {
		return array_keys( Shop::$webhooks );
	}
}

class WC_AJAX {
	public static function get_endpoint( $request = '' ) {
		return '/?wc-ajax=' . $request;
	}
}

class WC_Geolocation {
	public static function get_ip_address() {
		return '203.0.113.9';
	}
}

class WC_Cache_Helper {
	public static function invalidate_cache_group( $group ) {
		return 'wc_session_id' === $group ? true : throw new LogicException( $group );
	}
}

final class WooCommerce {
	public ?WC_Session_Handler $session = null;
	public ?WC_Cart $cart               = null;
}

function WC(): WooCommerce {
	static $one = null;
	return $one ??= new WooCommerce();
}

function wc_get_webhook( $id ) {
	return Shop::$webhooks[ $id ] ?? null;
}

function wc_get_webhook_statuses() {
	return array( 'active' => 'Active', 'paused' => 'Paused', 'disabled' => 'Disabled' );
}

function wc_get_product( $the_product = false, $deprecated = array() ) {
	return Shop::$products[ $the_product ] ?? false;
}

function wc_get_order( $the_order = false ) {
	return Shop::$orders[ $the_order ] ?? false;
}

function wc_get_orders( $args ) {
	$mine = array_filter( Shop::$orders, fn( $order ) => $order->email === $args['billing_email'] );
	return array_slice( array_values( $mine ), ( $args['page'] - 1 ) * $args['limit'], $args['limit'] );
}

function wc_get_is_paid_statuses() {
	return array( 'processing', 'completed' );
}

function wc_get_account_endpoint_url( $endpoint ) {
	return home_url( '/my-account/' . $endpoint . '/' );
}

function wc_get_price_decimals() {
	return 2;
}

function wc_format_decimal( $number, $dp = false, $trim_zeros = false ) {
	return number_format( (float) $number, $dp, '.', '' );
}

function get_woocommerce_currency() {
	return 'USD';
}

function is_checkout() {
	return Shop::$at_checkout;
}

function woocommerce_register_additional_checkout_field( $options ) {
	Shop::$fields[] = $options;
}
