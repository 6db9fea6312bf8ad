<?php
/**
 * What shoppers read, in fr_FR.
 *
 * @package Doorstep
 */

defined( 'ABSPATH' ) || exit;

return array(
	'domain'   => 'doorstep-for-woocommerce',
	'language' => 'fr_FR',
	'messages' => array(
		'Track your order' => 'Suivre votre commande',
		'Track' => 'Suivre',
		'Track order %s' => 'Suivre la commande %s',
		'We keep your e-mail address with your cart as you type it, so that we can remind you if you leave.' => 'Nous conservons votre adresse e-mail avec votre panier dès que vous la saisissez, afin de pouvoir vous envoyer un rappel si vous partez.',
		'We will not remind you of this cart.' => 'Nous ne vous rappellerons pas ce panier.',
		'No reminder, thank you' => 'Pas de rappel, merci',
		'Send me news and offers from %s by e-mail. I can stop them at any time.' => 'Envoyez-moi par e-mail les nouveautés et les offres de %s. Je peux les arrêter à tout moment.',
	),
);
