"""What the tests of points-svc stand on; never imported by the service."""
