//! Composite keys, numerics and generated columns.

use rowsmith_runtime::Error;
use rowsmith_runtime::rust_decimal::Decimal;

use crate::database::Live;
use crate::trees::shop::{
    Customer, NewCustomer, NewOrder, NewOrderLine, NewProduct, NewShipment, NewStock, NewWarehouse,
    Order, OrderLine, OrderPatch, OrderStatus, Product, ProductPatch, Stock, StockPatch, Warehouse,
};

fn decimal(text: &str) -> Decimal {
    text.parse().unwrap()
}

#[tokio::test]
async fn numerics_and_generated_columns() {
    let db = Live::create("shop").await;
    let product = NewProduct::new("A-1", "Amber Lamp", decimal("20.00"))
        .discount(decimal("0.25"))
        .insert(&*db)
        .await
        .unwrap();
    assert_eq!(product.net_price, Some(decimal("15.0000")));
    assert_eq!(product.search_name.as_deref(), Some("amber lamp"));
    assert_eq!((product.weight_grams, product.discontinued), (None, false));

    let cheaper = ProductPatch::new()
        .price(decimal("10"))
        .apply(&*db, product.id)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(cheaper.price.to_string(), "10.00");
    assert_eq!(cheaper.net_price, Some(decimal("7.5")));
    assert_eq!(
        Product::list_by_search_name(&*db, "amber lamp")
            .await
            .unwrap(),
        [cheaper.clone()]
    );
    assert_eq!(
        Product::find_by_sku(&*db, "A-1").await.unwrap(),
        Some(cheaper)
    );

    match ProductPatch::new()
        .price(decimal("-1"))
        .apply(&*db, product.id)
        .await
    {
        Err(Error::CheckViolation(v)) => assert_eq!(v.constraint, Product::PRODUCTS_PRICE_POSITIVE),
        other => panic!("{other:?}"),
    }
    // The largest and the smallest numbers that both sides know.
    for text in ["99999999.99", "0.01"] {
        let changed = ProductPatch::new()
            .price(decimal(text))
            .apply(&*db, product.id)
            .await
            .unwrap();
        assert_eq!(changed.unwrap().price.to_string(), text);
    }
}

#[tokio::test]
async fn composite_keys() {
    let db = Live::create("shop").await;
    let ada = NewCustomer::new("ada@example.com", "Ada")
        .credit_limit(decimal("100"))
        .insert(&*db)
        .await
        .unwrap();
    assert_eq!(ada.country, "DE");
    let order = NewOrder::new(ada.id, "2024-1").insert(&*db).await.unwrap();
    assert_eq!(
        (order.status, order.shipping_fee),
        (OrderStatus::Draft, decimal("4.90"))
    );
    assert_eq!(
        Order::find_by_customer_id_and_number(&*db, ada.id, "2024-1")
            .await
            .unwrap(),
        Some(order.clone())
    );
    assert_eq!(ada.orders(&*db).await.unwrap(), [order.clone()]);
    match OrderPatch::new()
        .status(OrderStatus::Shipped)
        .apply(&*db, order.id)
        .await
    {
        Err(Error::CheckViolation(v)) => assert_eq!(v.constraint, Order::ORDERS_PLACED),
        other => panic!("{other:?}"),
    }

    let lamp = NewProduct::new("L", "Lamp", decimal("20"))
        .insert(&*db)
        .await
        .unwrap();
    let line = NewOrderLine::new(order.id, 1, lamp.id, decimal("2.5"), decimal("19.99"))
        .insert(&*db)
        .await
        .unwrap();
    assert_eq!(line.total, Some(decimal("49.98")));
    assert_eq!(
        OrderLine::find(&*db, order.id, 1).await.unwrap(),
        Some(line.clone())
    );
    assert!(OrderLine::exists(&*db, order.id, 1).await.unwrap());
    assert!(!OrderLine::exists(&*db, order.id, 2).await.unwrap());
    assert_eq!(order.order_lines(&*db).await.unwrap(), [line.clone()]);
    assert_eq!(line.order(&*db).await.unwrap(), order);
    assert_eq!(
        OrderLine::list_by_product_id(&*db, lamp.id).await.unwrap(),
        [line.clone()]
    );

    NewWarehouse::new("HH", "Hamburg")
        .insert(&*db)
        .await
        .unwrap();
    let stock = NewStock::new("HH", lamp.id).insert(&*db).await.unwrap();
    assert_eq!(stock.quantity, 0);
    let filled = StockPatch::new()
        .quantity(5)
        .reorder_at(2)
        .apply(&*db, "HH", lamp.id)
        .await
        .unwrap()
        .unwrap();
    assert_eq!((filled.quantity, filled.reorder_at), (5, Some(2)));
    assert_eq!(
        NewStock::new("HH", lamp.id)
            .quantity(9)
            .upsert_by_warehouse_code_and_product_id(&*db)
            .await
            .unwrap()
            .reorder_at,
        Some(2)
    );

    // A foreign key of two columns, not NULL and NULL.
    let open = NewShipment::new(order.id, 1).insert(&*db).await.unwrap();
    assert_eq!(open.order_line(&*db).await.unwrap(), line);
    assert_eq!(open.stock(&*db).await.unwrap(), None);
    let sent = NewShipment::new(order.id, 1)
        .warehouse_code("HH")
        .product_id(lamp.id)
        .insert(&*db)
        .await
        .unwrap();
    let stock = Stock::find(&*db, "HH", lamp.id).await.unwrap();
    assert_eq!(sent.stock(&*db).await.unwrap(), stock);
    assert_eq!(
        stock.unwrap().shipments(&*db).await.unwrap(),
        [sent.clone()]
    );
    assert_eq!(line.shipments(&*db).await.unwrap().len(), 2);
    assert_ne!(open.id, sent.id);

    // MATCH FULL: half a key is none.
    let half = NewShipment::new(order.id, 1)
        .product_id(lamp.id)
        .insert(&*db)
        .await;
    assert!(
        matches!(half, Err(Error::ForeignKeyViolation(_))),
        "{half:?}"
    );
    let refused = Customer::delete_by_id(&*db, ada.id).await;
    assert!(
        matches!(refused, Err(Error::ForeignKeyViolation(_))),
        "{refused:?}"
    );

    // Through the stock, which is also the link between warehouses and products.
    let hamburg = Warehouse::find(&*db, "HH").await.unwrap().unwrap();
    assert_eq!(hamburg.products(&*db).await.unwrap(), [lamp.clone()]);
    assert_eq!(lamp.warehouses(&*db).await.unwrap(), [hamburg]);
    assert!(
        OrderLine::delete_by_order_id_and_line_no(&*db, order.id, 1)
            .await
            .unwrap()
    );
}
