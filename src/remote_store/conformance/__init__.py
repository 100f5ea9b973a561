"""The conformance harness: any backend in lockstep with the proved contract. (CONF-001 ff.)"""
