"""Selling: shops, products, orders, payments, and the promises that orders are."""
