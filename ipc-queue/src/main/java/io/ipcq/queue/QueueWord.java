// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

/** What somebody sleeps on, or holds, in the control file of a queue. */
public enum QueueWord {
    /** Sleeps until there is an element to take. */
    ELEMENT("an element"),
    /** Sleeps until there is room for an element. */
    ROOM("room"),
    /** Sleeps until all tasks are done. */
    TASKS("the end of all tasks"),
    /** The mutex under which elements are put. */
    PUT_MUTEX("the mutex of puts"),
    /** The mutex under which elements of a durable queue are taken, acknowledged and given back. */
    TAKE_MUTEX("the mutex of gets");

    private final String text;

    QueueWord(String text) {
        this.text = text;
    }

    /** As it is said: "waits for room". */
    @Override
    public String toString() {
        return text;
    }
}
