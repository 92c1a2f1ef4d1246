"""The job contract: requests in, events and one outcome out, in this process or in another."""
