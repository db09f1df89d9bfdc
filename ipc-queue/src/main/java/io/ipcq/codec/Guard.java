// SPDX-License-Identifier: Apache-2.0
package io.ipcq.codec;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.ValueSerializer;

/** Decides whether a value may be written. */
interface Guard {

    /**
     * The trial that the value has to pass first; null if it is known to come back.
     *
     * @throws JsonRefusal if it is known not to
     */
    @Nullable
    Trial admit(Object value, ValueSerializer<Object> serializer);

    /** It is known which values come back. */
    static Guard known(JavaType type, KnownTypes.Condition condition) {
        return (value, serializer) -> {
            if (!condition.comesBack(value)) {
                throw new JsonRefusal(value.getClass().getTypeName() + " where "
                        + type.getRawClass().getTypeName() + " is declared " + condition.otherwise()
                        + "; declare what it is");
            }
            return null;
        };
    }

    /** No value comes back, and a trial would use each of them up. */
    static Guard consumed(JavaType type) {
        return (value, serializer) -> {
            throw new JsonRefusal(type.getRawClass().getName() + " would be used up by being written; declare a List");
        };
    }

    /** Nothing is known. */
    static Guard unknown(JavaType type) {
        Trial trial = Trial.of(type, null);
        return (value, serializer) -> trial;
    }
}
