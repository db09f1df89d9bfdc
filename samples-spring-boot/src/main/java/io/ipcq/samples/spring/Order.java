// SPDX-License-Identifier: Apache-2.0
package io.ipcq.samples.spring;

/** What a client orders. */
record Order(String article, int pieces) {}
