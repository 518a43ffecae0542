"""Kubernetes manifests: rendered by kubectl, and held against the types of the API.

The types are those of Debian's python3-kubernetes, which are made from the API's own description.
"""

import re
import subprocess

import kubernetes.client
import yaml

SCALARS = {"str": str, "int": int, "float": (int, float), "bool": bool}
MODELS = {"DaemonSet": "V1DaemonSet", "Namespace": "V1Namespace"}


def render(directory, kubectl="kubectl"):
    """The objects of a kustomization."""
    done = subprocess.run([kubectl, "kustomize", directory], capture_output=True, text=True,
                          timeout=120, check=False)
    # A warning tells of what goes in a later kubectl.
    if done.returncode != 0 or done.stderr:
        raise ValueError(f"kubectl kustomize {directory}: {done.stderr}")
    return list(yaml.safe_load_all(done.stdout))


def to_typed(manifest):
    """The API object that a manifest describes; ValueError for anything that its type has not."""
    return _typed(MODELS[manifest["kind"]], manifest, manifest["kind"])


def _typed(kind, value, where):
    if inner := re.fullmatch(r"list\[(.+)\]", kind):
        _expect(list, value, where)
        return [_typed(inner[1], item, f"{where}[{at}]") for at, item in enumerate(value)]
    if inner := re.fullmatch(r"dict\(str, (.+)\)", kind):
        _expect(dict, value, where)
        return {key: _typed(inner[1], item, f"{where}.{key}") for key, item in value.items()}
    if kind == "object":  # a number or a string, as maxUnavailable
        return value
    if kind in SCALARS:
        _expect(SCALARS[kind], value, where)
        return value
    return _model(getattr(kubernetes.client, kind), value, where)


def _model(model, value, where):
    _expect(dict, value, where)
    attributes = {key: attribute for attribute, key in model.attribute_map.items()}
    if unknown := value.keys() - attributes.keys():
        raise ValueError(f"{where}: {model.__name__} has no {', '.join(sorted(unknown))}")
    typed = {attributes[key]: _typed(model.openapi_types[attributes[key]], item, f"{where}.{key}")
             for key, item in value.items()}
    try:
        return model(**typed)
    except ValueError as error:  # a required field is missing, or a value is not one of the allowed
        raise ValueError(f"{where}: {error}") from error


def _expect(wanted, value, where):
    # In Python, a bool is an int.
    if not isinstance(value, wanted) or (isinstance(value, bool) and wanted is not bool):
        raise ValueError(f"{where}: {value!r} has the wrong type")
