// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

/**
 * An element of a durable queue's history.
 *
 * @param number its number in the order of commitment, from 0
 * @param value the element
 * @param <E> the type of the element
 */
public record Replayed<E>(long number, E value) {}
