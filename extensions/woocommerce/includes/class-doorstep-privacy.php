<?php
/**
 * WordPress's tools for personal data.
 *
 * @package Doorstep
 */

defined( 'ABSPATH' ) || exit;

/**
 * Exports and erases what this plug-in keeps in the store, and suggests words for the privacy policy.
 */
final class Doorstep_Privacy {

	const META     = array( Doorstep_Carts::ON_ORDER, Doorstep_Checkout::META, Doorstep_Checkout::WORDING );
	const PER_PAGE = 50;

	/**
	 * Listen.
	 */
	public function listen(): void {
		add_filter( 'wp_privacy_personal_data_exporters', array( $this, 'add_exporter' ) );
		add_filter( 'wp_privacy_personal_data_erasers', array( $this, 'add_eraser' ) );
		add_action( 'admin_init', array( $this, 'suggest_policy' ) );
	}

	/**
	 * Add our exporter.
	 *
	 * @param array<string, array<string, mixed>> $exporters The others.
	 * @return array<string, array<string, mixed>>
	 */
	public function add_exporter( $exporters ): array {
		$ours = array(
			'exporter_friendly_name' => 'Doorstep',
			'callback'               => array( $this, 'export' ),
		);
		return array_merge( (array) $exporters, array( 'doorstep' => $ours ) );
	}

	/**
	 * Add our eraser.
	 *
	 * @param array<string, array<string, mixed>> $erasers The others.
	 * @return array<string, array<string, mixed>>
	 */
	public function add_eraser( $erasers ): array {
		$ours = array(
			'eraser_friendly_name' => 'Doorstep',
			'callback'             => array( $this, 'erase' ),
		);
		return array_merge( (array) $erasers, array( 'doorstep' => $ours ) );
	}

	/**
	 * Return what is kept of a shopper: on orders, and in the cart of their account.
	 *
	 * @param string $email The shopper's.
	 * @param int    $page  Which page of their orders.
	 * @return array{data: array<int, array<string, mixed>>, done: bool}
	 */
	public function export( $email, $page = 1 ): array {
		$found  = array();
		$orders = $this->orders( (string) $email, (int) $page );
		foreach ( $orders as $order ) {
			$kept = array();
			foreach ( self::META as $name ) {
				$value = $order->get_meta( $name );
				if ( is_string( $value ) && '' !== $value ) {
					$kept[] = array(
						'name'  => $name,
						'value' => $value,
					);
				}
			}
			if ( $kept ) {
				$found[] = self::group( 'doorstep-order-' . $order->get_id(), $kept );
			}
		}
		$session = 1 === (int) $page ? $this->session( (string) $email ) : null;
		if ( null !== $session ) {
			$kept = array();
			foreach ( array_intersect_key( $session[1], array_flip( Doorstep_Carts::KEYS ) ) as $name => $value ) {
				$kept[] = array(
					'name'  => $name,
					'value' => (string) maybe_unserialize( $value ),
				);
			}
			if ( $kept ) {
				$found[] = self::group( 'doorstep-cart', $kept );
			}
		}
		return array(
			'data' => $found,
			'done' => count( $orders ) < self::PER_PAGE,
		);
	}

	/**
	 * Erase it. WooCommerce tells Doorstep of the orders that it makes anonymous itself, and Doorstep then
	 * forgets their shopper.
	 *
	 * @param string $email The shopper's.
	 * @param int    $page  Which page of their orders.
	 * @return array{items_removed: bool, items_retained: bool, messages: string[], done: bool}
	 */
	public function erase( $email, $page = 1 ): array {
		$orders  = $this->orders( (string) $email, (int) $page );
		$removed = false;
		foreach ( $orders as $order ) {
			foreach ( self::META as $name ) {
				if ( '' !== $order->get_meta( $name ) ) {
					$order->delete_meta_data( $name );
					$removed = true;
				}
			}
			$order->save_meta_data();
		}
		$session = 1 === (int) $page ? $this->session( (string) $email ) : null;
		if ( null !== $session ) {
			$removed = Doorstep_Cleanup::forget_in_session( $session[0], $session[1] ) || $removed;
		}
		return array(
			'items_removed'  => $removed,
			'items_retained' => false,
			'messages'       => 1 === (int) $page ? array( __( 'Doorstep: carts of guests leave this store by themselves within two days. Carts that became no order are erased in Doorstep, under Privacy.', 'doorstep-for-woocommerce' ) ) : array(),
			'done'           => count( $orders ) < self::PER_PAGE,
		);
	}

	/**
	 * Suggest words for the store's privacy policy.
	 */
	public function suggest_policy(): void {
		$says = array(
			__( 'We use Doorstep, software that runs on a server of ours or of a provider on our behalf, to follow parcels and to tell you of them. It is told of your orders: names, addresses, e-mail address, telephone number, what was bought, and tracking numbers.', 'doorstep-for-woocommerce' ),
			__( 'If you type your e-mail address at the checkout and leave, it is told of your cart too, so that we can remind you. The checkout says so, and you can decline there.', 'doorstep-for-woocommerce' ),
			__( 'If you ask to hear when something is back in stock, it is told your e-mail address and what you wait for, and writes to you once.', 'doorstep-for-woocommerce' ),
			__( 'When you look up an order, our server passes on what you typed and a scrambled form of your network address, which limits how often one visitor can try.', 'doorstep-for-woocommerce' ),
		);
		wp_add_privacy_policy_content( 'Doorstep', wp_kses_post( '<p>' . implode( '</p><p>', $says ) . '</p>' ) );
	}

	/**
	 * Return a page of a shopper's orders.
	 *
	 * @param string $email The shopper's.
	 * @param int    $page  Which.
	 * @return WC_Order[]
	 */
	private function orders( string $email, int $page ): array {
		$found = wc_get_orders(
			array(
				'billing_email' => $email,
				'limit'         => self::PER_PAGE,
				'page'          => $page,
				'type'          => 'shop_order',
			)
		);
		return is_array( $found ) ? $found : array();
	}

	/**
	 * Return the session of a shopper who has an account; null where there is none.
	 *
	 * @param string $email The shopper's.
	 * @return array{string, array<string, mixed>}|null
	 */
	private function session( string $email ): ?array {
		$user = get_user_by( 'email', $email );
		if ( ! $user ) {
			return null;
		}
		$kept = ( new WC_Session_Handler() )->get_session( (string) $user->ID, array() );
		return is_array( $kept ) ? array( (string) $user->ID, $kept ) : null;
	}

	/**
	 * Return one part of an export.
	 *
	 * @param string                           $id   Its name.
	 * @param array<int, array<string, mixed>> $kept What is in it.
	 * @return array<string, mixed>
	 */
	private static function group( string $id, array $kept ): array {
		return array(
			'group_id'    => 'doorstep',
			'group_label' => 'Doorstep',
			'item_id'     => $id,
			'data'        => $kept,
		);
	}
}
