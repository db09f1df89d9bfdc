// SPDX-License-Identifier: Apache-2.0
package io.ipcq.samples.kotlin

/** Both travel without `Serializable`, because the compiler writes the names of parameters: see pom.xml. */
data class Order(val article: String, val pieces: Int)

data class Parcel(val order: Order, val weights: List<Int>)

/** Work for another process. */
fun pack(order: Order, weight: Int): Parcel {
    val weights = List(order.pieces) { weight }
    return Parcel(order, weights)
}
