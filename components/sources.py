"""Where the code of a service comes from."""

from dataclasses import dataclass

import pulumi
import pulumiverse_railway as railway


@dataclass(frozen=True)
class Repository:
    """A repository on GitHub, built from a Dockerfile; its pushes deploy."""

    repository: pulumi.Input[str]
    """OWNER/NAME."""
    branch: pulumi.Input[str] = "main"
    wait_for_ci: pulumi.Input[bool] = False
    """Whether a push is deployed only when its checks have passed."""
    dockerfile_path: pulumi.Input[str] = "Dockerfile"
    """From the repository's root, which is also the build's context."""

    @property
    def source(self) -> railway.ServiceSourceArgs:
        """The repository as the source of a service."""
        return railway.ServiceSourceArgs(
            repo=self.repository, branch=self.branch, check_suites=self.wait_for_ci
        )

    @property
    def build(self) -> railway.ServiceBuildArgs | None:
        """How an image is made of it."""
        return railway.ServiceBuildArgs(
            builder=railway.Builder.DOCKERFILE, dockerfile_path=self.dockerfile_path
        )


@dataclass(frozen=True)
class Image:
    """An image from a registry, deployed as it is. A new one is deployed by a change of its name."""

    image: pulumi.Input[str]

    @property
    def source(self) -> railway.ServiceSourceArgs:
        """The image as the source of a service."""
        return railway.ServiceSourceArgs(image=self.image)

    @property
    def build(self) -> railway.ServiceBuildArgs | None:
        """Nothing is built."""
        return None


Source = Repository | Image
