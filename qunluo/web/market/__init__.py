"""The pages of the market: shop, products, carts and orders, and the desk behind them."""
