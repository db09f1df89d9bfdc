// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager.server;

import io.ipcq.manager.wire.HeapSize;
import io.ipcq.manager.wire.Operation.OfArray;
import io.ipcq.manager.wire.Protocol;
import io.ipcq.manager.wire.RpcException;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A fixed number of places for JSON values, null at first; a value is an array of one. */
final class ServedArray extends ServedCollection {

    private final List<@Nullable Object> items;

    /** The places count for the client from the beginning. */
    ServedArray(Key key, long length, Session client) {
        super(key);
        if (length < 0 || length > Protocol.MAX_ITEMS) {
            throw new RpcException(
                    Protocol.INVALID_PARAMS, "length has to be from 0 to " + Protocol.MAX_ITEMS + ": length=" + length);
        }
        stored.reserve(client, HeapSize.array(length * HeapSize.ITEM));
        try {
            items = Arrays.asList(new @Nullable Object[(int) length]);
        } catch (OutOfMemoryError e) {
            stored.end();
            throw e;
        }
    }

    @Override
    void requireSame(Map<String, @Nullable Object> options) {
        requireOption(options, "length", items.size());
    }

    @Override
    Map<String, @Nullable Object> describe() {
        Map<String, @Nullable Object> about = super.describe();
        about.put("length", items.size());
        return about;
    }

    @Override
    synchronized void call(Call call, String operation) {
        try {
            call.reply(operate(call, operation));
        } catch (IndexOutOfBoundsException e) {
            throw new RpcException(
                    Protocol.INVALID_PARAMS, "there is no such place: " + this + ", length=" + items.size());
        }
    }

    private @Nullable Object operate(Call call, String operation) {
        return switch (known(OfArray.class, operation)) {
            case GET -> items.get(call.count(1));
            case SET -> {
                Object before = items.get(call.count(1));
                put(call, call.count(1), call.value(2));
                yield before;
            }
            case COMPARE_AND_SET -> {
                boolean same = Objects.equals(items.get(call.count(1)), call.value(2));
                if (same) {
                    put(call, call.count(1), call.value(3));
                }
                yield same;
            }
            case SET_ALL -> {
                List<@Nullable Object> given = call.list(2);
                putAll(call, call.count(1), given);
                yield null;
            }
            case FILL -> {
                int from = call.count(1);
                Objects.checkFromToIndex(from, call.count(2), items.size());
                putAll(call, from, Collections.nCopies(call.count(2) - from, call.value(3)));
                yield null;
            }
            case PAGE -> {
                int to = call.value(2) == null ? items.size() : call.count(2);
                yield page(call, to, items.subList(call.count(1), to).iterator());
            }
        };
    }

    private void put(Call call, int index, @Nullable Object value) {
        putAll(call, index, Collections.singletonList(value));
    }

    /** Puts all of them, or none. */
    private void putAll(Call call, int from, List<@Nullable Object> given) {
        List<@Nullable Object> places = items.subList(from, Math.addExact(from, given.size()));
        stored.replaceAll(call.session(), places, given);
        Collections.copy(places, given);
        version++;
    }

    @Override
    synchronized void dispose() {
        stored.end();
    }
}
