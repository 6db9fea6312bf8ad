// Shows what a shop tells of an order, and opens its page when it is tapped.
self.addEventListener("push", (event) => {
  const told = event.data.json();
  const shown = { body: told.body, tag: told.tag, data: { url: told.url } };
  event.waitUntil(self.registration.showNotification(told.title, shown));
});
self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(self.clients.openWindow(event.notification.data.url));
});
