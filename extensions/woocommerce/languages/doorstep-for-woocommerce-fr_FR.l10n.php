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
		'Tell me when it is back' => 'Me prévenir de son retour',
		'Which one?' => 'Lequel ?',
		'E-mail address' => 'Adresse e-mail',
		'Send me one e-mail when it is back. My address is used for nothing else, and I can take this back at any time.' => 'Envoyez-moi un seul e-mail dès son retour. Mon adresse ne sert à rien d’autre, et je peux revenir sur ma demande à tout moment.',
		'That did not work. Please try again later.' => 'Cela n’a pas fonctionné. Réessayez plus tard.',
	),
);
