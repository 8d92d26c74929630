"""The method of the project that preceded streamctl: one process per user, which creates, serializes and sends one dict at a time.

Arguments: brokers, topic, count, users as a JSON array of {"id", "totalPaid"}. Starts itself once per user. Each process sends its first
message alone; the clock starts when all of these are acknowledged.
"""

import json
import os
import random
import subprocess
import sys
import time
from datetime import datetime, timezone


def transaction_of(user):
    return {
        "event_timestamp": datetime.now(timezone.utc).strftime("%Y-%m-%d %H:%M:%S.%f")[:-3],
        "transaction_id": random.randint(1, 1_000_000),
        "user_id": user["id"],
        "total_paid": user["totalPaid"],
        "status": random.choice(["Paid", "Refused"]),
    }


def produce(brokers, topic, count, user):
    from confluent_kafka import Producer

    producer = Producer(
        {
            "bootstrap.servers": brokers,
            "enable.idempotence": True,
            "acks": "all",
            "linger.ms": 5,
            "batch.num.messages": 10000,
            "batch.size": 1000000,
            "partitioner": "murmur2_random",
        }
    )
    delivered = 0

    def report(error, _message):
        nonlocal delivered
        if error is None:
            delivered += 1

    def send():
        value = json.dumps(transaction_of(user))
        while True:
            try:
                producer.produce(topic, key=user["id"], value=value, on_delivery=report)
                break
            except BufferError:
                producer.poll(0.01)
        producer.poll(0)

    send()
    producer.flush()
    print("ready", flush=True)
    sys.stdin.readline()
    for _ in range(count - 1):
        send()
    producer.flush()
    print(json.dumps({"delivered": delivered, "ended": time.monotonic()}))


def run_each(brokers, topic, count, users):
    children = []
    for index, user in enumerate(users):
        share = count // len(users) + (1 if index < count % len(users) else 0)
        command = [sys.executable, __file__, brokers, topic, str(share), json.dumps(user)]
        children.append(subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True))
    for child in children:
        child.stdout.readline()
    started = time.monotonic()
    for child in children:
        child.stdin.write("go\n")
        child.stdin.flush()
    results = [json.loads(child.stdout.read()) for child in children]
    # Maximum resident size of each process in kilobytes; shared pages count once per process.
    kilobytes = sum(os.wait4(child.pid, 0)[2].ru_maxrss for child in children)
    elapsed = max(result["ended"] for result in results) - started
    delivered = sum(result["delivered"] for result in results)
    print(json.dumps({"delivered": delivered, "elapsedMs": elapsed * 1000, "maxRssBytes": kilobytes * 1024}))
    return delivered == count


def main():
    brokers, topic, count, users = sys.argv[1:]
    users = json.loads(users)
    if isinstance(users, dict):
        produce(brokers, topic, int(count), users)
    elif not run_each(brokers, topic, int(count), users):
        sys.exit(1)


main()
