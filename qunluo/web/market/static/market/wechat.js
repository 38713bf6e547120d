// Paying inside WeChat: its own sheet opens by itself once, and by the button as often as wanted.
// What came of it is told by the server; the page asks it until it knows.
const button = document.querySelector("[data-wechat-pay]");
const outside = document.querySelector("[data-outside]");

function pay() {
  button.disabled = true;
  window.WeixinJSBridge.invoke("getBrandWCPayRequest", JSON.parse(button.dataset.wechatPay), () => {
    button.disabled = false;
  });
}

function ready(then) {
  if (window.WeixinJSBridge) then();
  else document.addEventListener("WeixinJSBridgeReady", then, { once: true });
}

if (button) {
  const inside = /MicroMessenger/.test(navigator.userAgent);
  if (!inside) {
    button.disabled = true;
    outside.hidden = false;
  } else {
    button.addEventListener("click", () => ready(pay));
    const key = `paid:${location.pathname}`;
    if (!sessionStorage.getItem(key)) {
      sessionStorage.setItem(key, "1");
      ready(pay);
    }
  }
}
