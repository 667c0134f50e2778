"""Pose priors over HTTP: the document that the page computes with."""

from __future__ import annotations

import numpy as np

from tests.projects import Project
from tests.server_process import ServerProcess
from vitruvian.assist.pose_prior import PosePrior


def test_the_document_is_a_prior(server: ServerProcess, project: Project) -> None:
    answer = server.client.get(f"/api/v1/label-sets/{project.person}/priors")
    assert answer.status_code == 200, answer.text
    priors = answer.json()["priors"]
    assert set(priors) == {"person"}
    document = priors["person"]
    assert (document["source"], document["poses"], document["keypoints"]) == ("labels", 10, 5)
    found = PosePrior.from_document(document).given([1]).mean(np.full((5, 2), 7.0), (0, 0, 20, 20))
    assert found[1].tolist() == [7.0, 7.0]
    assert np.isfinite(found).all()


def test_a_label_set_that_is_not_there(server: ServerProcess) -> None:
    answer = server.client.get("/api/v1/label-sets/99/priors")
    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == "not_found"
