// SPDX-License-Identifier: Apache-2.0
package io.ipcq.samples.spring;

import io.ipcq.pool.ProcessPool;
import io.ipcq.queue.DurableQueue;
import java.util.List;
import java.util.stream.IntStream;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** What clients can ask for. The queues and the pool are made from application.properties. */
@RestController
class OrdersController {

    private final DurableQueue<Order> orders;
    private final DurableQueue<String> receipts;
    private final ProcessPool pool;

    OrdersController(DurableQueue<Order> orders, DurableQueue<String> receipts, ProcessPool pool) {
        this.orders = orders;
        this.receipts = receipts;
        this.pool = pool;
    }

    /** The order is in files when this returns, and outlives this process. */
    @PostMapping("/orders")
    @ResponseStatus(HttpStatus.ACCEPTED)
    void order(@RequestBody Order order) throws InterruptedException {
        orders.put(order);
    }

    @GetMapping("/receipts")
    List<String> receipts() {
        return receipts.browse().toList();
    }

    /** In a worker process, whose crash would cost this service nothing but one answer. */
    @GetMapping("/primes")
    String primes(@RequestParam("below") int below, @RequestParam(name = "millis", defaultValue = "0") long millis)
            throws InterruptedException {
        return pool.apply(OrdersController::countPrimes, below, millis);
    }

    private static String countPrimes(int below, long millis) throws InterruptedException {
        Thread.sleep(millis); // as if it were harder
        long primes = IntStream.range(2, below)
                .filter(n -> IntStream.rangeClosed(2, (int) Math.sqrt(n)).noneMatch(divisor -> n % divisor == 0))
                .count();
        return primes + " primes, counted by process " + ProcessHandle.current().pid();
    }
}
