"""As much of a Kubernetes API server as `kubectl get pods [NAME]` asks for, on loopback."""

import http.server
import json
import threading

PODS = {"name": "pods", "singularName": "pod", "namespaced": True, "kind": "Pod",
        "verbs": ["get", "list"]}


class ApiServer:
    """Serves the given pods while it is entered; `url` is where."""

    def __init__(self, namespace, pods):
        answers = {
            "/api": {"kind": "APIVersions", "versions": ["v1"]},
            "/apis": {"kind": "APIGroupList", "apiVersion": "v1", "groups": []},
            "/api/v1": {"kind": "APIResourceList", "groupVersion": "v1", "resources": [PODS]},
            f"/api/v1/namespaces/{namespace}/pods":
                {"kind": "PodList", "apiVersion": "v1", "metadata": {}, "items": pods},
            **{f"/api/v1/namespaces/{namespace}/pods/{pod['metadata']['name']}": pod for pod in pods},
        }

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                answer = answers.get(self.path.partition("?")[0])
                body = json.dumps(answer).encode()
                self.send_response(200 if answer else 404)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self):
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()
