// SPDX-License-Identifier: Apache-2.0
package io.ipcq.connection;

/** What has to happen before something that never waits can go on. */
enum WireProgress {
    DONE,

    /** The peer has to send something. */
    READ,

    /** The peer has to read something. */
    WRITE,

    /** Work of this side has to be done, which may take a while. */
    WORK
}
