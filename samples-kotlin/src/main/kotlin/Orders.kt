// SPDX-License-Identifier: Apache-2.0
package io.ipcq.samples.kotlin

import io.ipcq.manager.Manager
import io.ipcq.pool.ProcessPool
import io.ipcq.process.ChildProcess
import io.ipcq.queue.DurableQueue
import io.ipcq.queue.SharedQueue

/** A program in Kotlin: an order goes through a child, a pool, both kinds of queues, and a manager. */
fun main() {
    println("child: ${throughChild()}")
    println("pool: ${throughPool()}")
    println("ring: ${through(SharedQueue.create(Order::class.java))}")
    println("durable: ${through(DurableQueue.create(Order::class.java))}")
    println("manager: ${throughManager()}")
}

/** A lambda with something that it captures; an argument and a queue that travel along. */
fun throughChild(): Parcel {
    val weight = 2
    SharedQueue.create(Parcel::class.java).use { parcels ->
        ChildProcess({ order, out -> out.put(pack(order, weight)) }, Order("tea", 1), parcels).use { child ->
            child.start()
            child.joinOrThrow()
            return parcels.getNow()!!
        }
    }
}

/** An argument and a result. */
fun throughPool(): List<Parcel> =
    ProcessPool.create(1).use { pool ->
        pool.map({ order -> pack(order, 3) }, listOf(Order("tea", 1), Order("coffee", 2)))
    }

/** Put by a child, taken here. */
fun through(queue: SharedQueue<Order>): Order =
    queue.use {
        ChildProcess({ out -> out.put(Order("tea", 4)) }, queue).use { child ->
            child.start()
            child.joinOrThrow()
        }
        queue.getNow()!!
    }

fun throughManager(): Order? =
    Manager.start().use { manager ->
        val orders = manager.map("orders", Int::class.javaObjectType, Order::class.java)
        ChildProcess({ map -> map[1] = Order("tea", 5) }, orders).use { child ->
            child.start()
            child.joinOrThrow()
        }
        orders[1]
    }
