// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

/** Why an element goes to the dead letters. */
enum GivenUp {
    NEVER_ACKNOWLEDGED(0),
    GIVEN_BACK(1),
    CANNOT_BE_DECODED(2);

    /** As it is stored in the element's slot. */
    final long code;

    GivenUp(long code) {
        this.code = code;
    }

    static GivenUp of(long code) {
        for (GivenUp each : values()) {
            if (each.code == code) {
                return each;
            }
        }
        return NEVER_ACKNOWLEDGED;
    }

    String reason(int attempts) {
        return switch (this) {
            case NEVER_ACKNOWLEDGED ->
                "delivered " + attempts + (attempts == 1 ? " time" : " times") + " and never acknowledged";
            case GIVEN_BACK -> "given back after " + attempts + (attempts == 1 ? " delivery" : " deliveries");
            case CANNOT_BE_DECODED -> "cannot be decoded";
        };
    }
}
