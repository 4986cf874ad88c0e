-- The sample: a small shop. Its tables belong to a role that cannot log in, so that only the superuser can change them.
CREATE ROLE mcp_owner NOLOGIN;
CREATE DATABASE mcp OWNER mcp_owner;
\connect mcp
SET ROLE mcp_owner;

CREATE TABLE customers (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name text NOT NULL,
  city text NOT NULL,
  country char(2) NOT NULL,
  customer_since date NOT NULL
);
COMMENT ON TABLE customers IS 'Who buys';

CREATE TABLE products (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name text NOT NULL UNIQUE,
  category text NOT NULL,
  price numeric(8, 2) NOT NULL CHECK (price > 0),
  stock integer NOT NULL CHECK (stock >= 0)
);
COMMENT ON TABLE products IS 'What is for sale, price in euros';

CREATE TABLE orders (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  customer_id integer NOT NULL REFERENCES customers,
  ordered_on date NOT NULL,
  status text NOT NULL CHECK (status IN ('open', 'paid', 'shipped', 'cancelled'))
);
CREATE INDEX orders_customer ON orders (customer_id);

CREATE TABLE order_items (
  order_id integer REFERENCES orders,
  product_id integer REFERENCES products,
  quantity integer NOT NULL CHECK (quantity > 0),
  PRIMARY KEY (order_id, product_id)
);

CREATE VIEW order_totals AS
  SELECT o.id AS order_id, c.name AS customer, o.ordered_on, o.status, sum(i.quantity * p.price) AS total
  FROM orders o JOIN customers c ON c.id = o.customer_id JOIN order_items i ON i.order_id = o.id JOIN products p ON p.id = i.product_id
  GROUP BY o.id, c.name;
COMMENT ON VIEW order_totals IS 'One row an order, with what it is worth';

INSERT INTO customers (name, city, country, customer_since) VALUES
  ('Ada Lindqvist', 'Uppsala', 'SE', '2024-02-11'),
  ('Bruno Ferreira', 'Porto', 'PT', '2024-03-02'),
  ('Chiara Conti', 'Torino', 'IT', '2024-03-19'),
  ('Daan Visser', 'Utrecht', 'NL', '2024-05-07'),
  ('Elif Kaya', 'Izmir', 'TR', '2024-06-23'),
  ('Finn O''Shea', 'Galway', 'IE', '2024-08-30'),
  ('Greta Baumann', 'Leipzig', 'DE', '2024-09-14'),
  ('Hugo Lefèvre', 'Nantes', 'FR', '2024-11-05'),
  ('Irena Novák', 'Brno', 'CZ', '2025-01-17'),
  ('João Duarte', 'Braga', 'PT', '2025-02-26');

INSERT INTO products (name, category, price, stock) VALUES
  ('Pour-over kettle', 'kitchen', 49.00, 18),
  ('Hand grinder', 'kitchen', 89.50, 7),
  ('Filter papers (100)', 'kitchen', 6.20, 240),
  ('Walnut cutting board', 'kitchen', 38.00, 22),
  ('Linen apron', 'textile', 32.90, 31),
  ('Wool blanket', 'textile', 119.00, 9),
  ('Tea towel set', 'textile', 14.50, 84),
  ('Brass desk lamp', 'home', 139.00, 5),
  ('Ceramic planter', 'home', 24.00, 46),
  ('Beeswax candles (6)', 'home', 17.80, 120),
  ('Bookend pair', 'home', 28.40, 0),
  ('Field notebook', 'paper', 9.90, 310);

-- 30 orders over six months, two items each, by arithmetic: the same rows on every machine.
INSERT INTO orders (customer_id, ordered_on, status)
  SELECT 1 + n * 7 % 10, date '2026-01-04' + n * 6, (ARRAY['shipped', 'shipped', 'paid', 'open', 'shipped', 'cancelled'])[1 + n % 6]
  FROM generate_series(0, 29) AS n ORDER BY n;
INSERT INTO order_items (order_id, product_id, quantity)
  SELECT id, 1 + (id * 5 + k * 4) % 12, 1 + (id + k) % 3 FROM orders, generate_series(0, 1) AS k;

RESET ROLE;
ANALYZE;
