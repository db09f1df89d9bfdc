// SPDX-License-Identifier: Apache-2.0
/**
 * ipcq in a Spring Boot application, 3.5 or 4: a pool, queues and a manager as beans, made from the properties
 * {@code ipcq.*} ({@link io.ipcq.spring.IpcqProperties}), and methods that are called with what queues contain
 * ({@link io.ipcq.spring.QueueListener}).
 *
 * <p>When the application ends, its parts end in this order: listeners take no more elements and finish those in hand;
 * the web server finishes its requests; the pool finishes its tasks; queues and the manager are closed.
 */
@NullMarked
package io.ipcq.spring;

import org.jspecify.annotations.NullMarked;
