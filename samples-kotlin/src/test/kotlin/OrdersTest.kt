// SPDX-License-Identifier: Apache-2.0
package io.ipcq.samples.kotlin

import io.ipcq.queue.DurableQueue
import io.ipcq.queue.SharedQueue
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Test

/** Under Surefire and JaCoCo, whose report has what ran in children, too: the build fails without that. */
class OrdersTest {

    @Test
    fun shouldGoThroughChild() = assertEquals(Parcel(Order("tea", 1), listOf(2)), throughChild())

    @Test
    fun shouldGoThroughPool() =
        assertEquals(
            listOf(Parcel(Order("tea", 1), listOf(3)), Parcel(Order("coffee", 2), listOf(3, 3))),
            throughPool())

    @Test
    fun shouldGoThroughRing() = assertEquals(Order("tea", 4), through(SharedQueue.create(Order::class.java)))

    @Test
    fun shouldGoThroughDurableQueue() =
        assertEquals(Order("tea", 4), through(DurableQueue.create(Order::class.java)))

    @Test
    fun shouldGoThroughManager() = assertEquals(Order("tea", 5), throughManager())
}
