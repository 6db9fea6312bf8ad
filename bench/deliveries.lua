-- wrk's script: signed order deliveries, each body and each id different; optionally paced.
local ffi = require("ffi")
ffi.cdef [[
  const void *EVP_sha256(void);
  unsigned char *HMAC(const void *evp, const void *key, int key_len, const unsigned char *d, size_t n,
                      unsigned char *md, unsigned int *md_len);
  int EVP_EncodeBlock(unsigned char *t, const unsigned char *f, int dlen);
]]
local crypto = ffi.load("libcrypto.so.3")
local secret, shop = os.getenv("SECRET"), os.getenv("SHOP")
local pace = tonumber(os.getenv("PACE_MS") or "0")
local head, tail, count, run
local digest, length, encoded = ffi.new("unsigned char[32]"), ffi.new("unsigned int[1]"), ffi.new("unsigned char[64]")

function init(args)
  local file = assert(io.open(args[1], "rb"))
  local template = file:read("*a")
  file:close()
  head, tail = template:match("^(.-)@@@@@@@@@@@@(.*)$")
  run = tonumber(args[2])
  count = 0
  math.randomseed(run)
end

function request()
  count = count + 1
  local id = string.format("%04d%08d", run, count)
  local body = head .. id .. tail
  crypto.HMAC(crypto.EVP_sha256(), secret, #secret, body, #body, digest, length)
  local n = crypto.EVP_EncodeBlock(encoded, digest, 32)
  return wrk.format("POST", "/webhooks/shopify", {
    ["Content-Type"] = "application/json",
    ["X-Shopify-Topic"] = "orders/paid",
    ["X-Shopify-Shop-Domain"] = shop,
    ["X-Shopify-API-Version"] = "2026-10",
    ["X-Shopify-Webhook-Id"] = id,
    ["X-Shopify-Event-Id"] = id,
    ["X-Shopify-Triggered-At"] = "2026-11-24T12:00:00Z",
    ["X-Shopify-Hmac-Sha256"] = ffi.string(encoded, n),
  }, body)
end

if pace > 0 then
  function delay()
    return math.floor(-math.log(1 - math.random()) * pace + 0.5)
  end
end

function done(summary, latency, _)
  io.write(string.format("RESULT %d %d %d %.3f %.3f %d\n", summary.requests, summary.duration, summary.errors.status
    + summary.errors.timeout + summary.errors.read + summary.errors.write + summary.errors.connect,
    latency:percentile(50) / 1000, latency:percentile(99) / 1000, latency.max))
end
