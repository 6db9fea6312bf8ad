<?php
/**
 * What shoppers read, in pt_BR.
 *
 * @package Doorstep
 */

defined( 'ABSPATH' ) || exit;

return array(
	'domain'   => 'doorstep-for-woocommerce',
	'language' => 'pt_BR',
	'messages' => array(
		'Track your order' => 'Acompanhe seu pedido',
		'Track' => 'Acompanhar',
		'Track order %s' => 'Acompanhar o pedido %s',
		'We keep your e-mail address with your cart as you type it, so that we can remind you if you leave.' => 'Guardamos seu e-mail com o carrinho assim que você o digita, para podermos lembrar você se sair.',
		'We will not remind you of this cart.' => 'Não vamos lembrar você deste carrinho.',
		'No reminder, thank you' => 'Sem lembrete, por favor',
		'Send me news and offers from %s by e-mail. I can stop them at any time.' => 'Quero receber por e-mail novidades e ofertas de %s. Posso parar de recebê-las a qualquer momento.',
	),
);
