// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A list of JSON values. */
final class ServedList extends Served {

    private final List<Object> items = new ArrayList<>();

    private final StoredValues stored;

    ServedList(Key key, StoredValues.Budget budget) {
        super(key);
        this.stored = new StoredValues(budget);
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
        return switch (operation) {
            case "size" -> items.size();
            case "clear" -> {
                clear();
                yield null;
            }
            case "get" -> items.get(call.count(1));
            case "set" -> {
                Object before = items.get(call.count(1));
                stored.replace(before, call.present(2));
                yield items.set(call.count(1), call.present(2));
            }
            case "append" -> {
                add(items.size(), call.present(1));
                yield items.size();
            }
            case "insert" -> {
                add(Objects.checkIndex(call.count(1), items.size() + 1), call.present(2));
                yield null;
            }
            case "remove" -> {
                Object before = items.remove(call.count(1));
                stored.replace(before, null);
                yield before;
            }
            case "items" -> List.copyOf(items);
            default -> throw noSuch(operation);
        };
    }

    private void add(int index, Object item) {
        if (items.size() >= Protocol.MAX_ITEMS) {
            throw new RpcException(Protocol.LIMIT, this + " is full: limit=" + Protocol.MAX_ITEMS);
        }
        stored.replace(null, item);
        items.add(index, item);
    }

    private void clear() {
        items.clear();
        stored.clear();
    }

    @Override
    synchronized void dispose() {
        clear();
    }
}
