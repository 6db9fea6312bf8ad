<?php
/**
 * What shoppers read, in es_ES.
 *
 * @package Doorstep
 */

defined( 'ABSPATH' ) || exit;

return array(
	'domain'   => 'doorstep-for-woocommerce',
	'language' => 'es_ES',
	'messages' => array(
		'Track your order' => 'Sigue tu pedido',
		'Track' => 'Seguir',
		'Track order %s' => 'Seguir el pedido %s',
		'We keep your e-mail address with your cart as you type it, so that we can remind you if you leave.' => 'Guardamos tu correo electrónico con tu carrito en cuanto lo escribes, para poder recordártelo si te vas.',
		'We will not remind you of this cart.' => 'No te recordaremos este carrito.',
		'No reminder, thank you' => 'Sin recordatorio, gracias',
		'Send me news and offers from %s by e-mail. I can stop them at any time.' => 'Envíame por correo novedades y ofertas de %s. Puedo dejar de recibirlas en cualquier momento.',
		'Tell me when it is back' => 'Avísame cuando vuelva',
		'Which one?' => '¿Cuál?',
		'E-mail address' => 'Correo electrónico',
		'Send me one e-mail when it is back. My address is used for nothing else, and I can take this back at any time.' => 'Envíame un solo correo cuando vuelva. Mi dirección no se usará para nada más y puedo retirar esta petición en cualquier momento.',
		'That did not work. Please try again later.' => 'No ha funcionado. Inténtalo más tarde.',
	),
);
