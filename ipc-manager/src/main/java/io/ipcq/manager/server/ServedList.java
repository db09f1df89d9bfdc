// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager.server;

import io.ipcq.manager.wire.Operation.OfList;
import io.ipcq.manager.wire.Protocol;
import io.ipcq.manager.wire.RpcException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A list of JSON values. */
final class ServedList extends ServedCollection {

    private List<Object> items = new ArrayList<>();

    ServedList(Key key) {
        super(key);
    }

    @Override
    synchronized void call(Call call, String operation) {
        try {
            call.reply(operate(call, operation));
        } catch (IndexOutOfBoundsException e) {
            throw new RpcException(
                    Protocol.INVALID_PARAMS,
                    "there is no such index: index=" + call.value(1) + ", size=" + items.size());
        }
    }

    private @Nullable Object operate(Call call, String operation) {
        return switch (known(OfList.class, operation)) {
            case SIZE -> items.size();
            case CLEAR -> {
                clear();
                yield null;
            }
            case GET -> items.get(call.count(1));
            case SET -> {
                Object before = items.get(call.count(1));
                stored.replace(call.session(), before, call.present(2));
                version++;
                yield items.set(call.count(1), call.present(2));
            }
            case APPEND -> {
                add(call, items.size(), call.present(1));
                yield items.size();
            }
            case INSERT -> {
                add(call, Objects.checkIndex(call.count(1), items.size() + 1), call.present(2));
                yield null;
            }
            case REMOVE -> {
                Object before = items.remove(call.count(1));
                stored.replace(call.session(), before, null);
                version++;
                yield before;
            }
            case SPLICE -> splice(call);
            case ITEMS -> List.copyOf(items);
            case PAGE -> page(call, items.size(), items.listIterator(Math.min(call.count(1), items.size())));
        };
    }

    private void add(Call call, int index, Object item) {
        if (items.size() >= Protocol.MAX_ITEMS) {
            throw new RpcException(Protocol.LIMIT, this + " is full: limit=" + Protocol.MAX_ITEMS);
        }
        stored.replace(call.session(), null, item);
        items.add(index, item);
        version++;
    }

    /**
     * Puts items in place of others, unless the list was changed since a version. A version that is null is any. An
     * index that is null is the end.
     */
    private boolean splice(Call call) {
        if (call.value(1) != null && call.number(1) != version) {
            return false;
        }
        int index = call.value(2) == null ? items.size() : call.count(2);
        List<Object> replaced = items.subList(index, Math.addExact(index, call.count(3)));
        List<@Nullable Object> given = call.list(4);
        if (given.contains(null)) {
            throw new RpcException(Protocol.INVALID_PARAMS, "null is no item");
        }
        if (items.size() - replaced.size() + given.size() > Protocol.MAX_ITEMS) {
            throw new RpcException(Protocol.LIMIT, this + " is full: limit=" + Protocol.MAX_ITEMS);
        }
        stored.replaceAll(call.session(), replaced, given);
        if (replaced.isEmpty()) {
            items.addAll(index, given);
        } else {
            List<Object> changed = new ArrayList<>(items.subList(0, index)); // so that a failure changes nothing
            changed.addAll(given);
            changed.addAll(items.subList(index + replaced.size(), items.size()));
            items = changed;
        }
        version++;
        return true;
    }

    private void clear() {
        version++;
        items.clear();
        stored.clear();
    }

    @Override
    synchronized void dispose() {
        clear();
        stored.end();
    }
}
