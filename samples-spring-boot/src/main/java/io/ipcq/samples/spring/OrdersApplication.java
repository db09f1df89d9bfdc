// SPDX-License-Identifier: Apache-2.0
package io.ipcq.samples.spring;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/**
 * A service that takes orders, works on them in another process, and computes in a pool.
 *
 * <pre>
 * java -jar sample-spring-boot-3-0.1.0-SNAPSHOT.jar
 * curl -H 'Content-Type: application/json' -d '{"article": "tea", "pieces": 3}' localhost:8080/orders
 * curl localhost:8080/receipts
 * curl localhost:8080/primes?below=1000000
 * </pre>
 */
@SpringBootApplication
public class OrdersApplication {

    public static void main(String[] arguments) {
        SpringApplication.run(OrdersApplication.class, arguments);
    }
}
