namespace Call112.Messages.Tests;

/// <summary>The examples of the contract. The dispatch is verbatim; in the report the two ids that the contract shortens with "…" are written out.</summary>
internal static class ContractExamples
{
    public const string Dispatch =
        """
        {
          "dispatchId": "019ab3c4-7d1e-7c11-9a3b-2f6d4c8e0a11",
          "messageType": "Alert",
          "status": "Actual",
          "sentAt": "2026-11-23T06:05:07.120Z",
          "expiresAt": "2026-11-23T06:20:07.120Z",
          "revision": 0,
          "zones": ["bay"],
          "discreet": false,
          "incident": {
            "incidentId": "K261123-007",
            "category": "Fire",
            "nature": "Kebakaran rumah",
            "priority": 1,
            "triage": null,
            "location": {
              "address": "Jl. Adampe Dolot No. 12, RT 05 RW 03",
              "landmark": "Depan masjid At-Taqwa",
              "village": "Mogolaing", "villageCode": "71.74.04.1001",
              "latitude": 0.7301, "longitude": 124.3053
            },
            "victims": 2,
            "narrative": "Api di lantai dua, ada orang tua di dalam."
          }
        }
        """;

    public const string Report =
        """
        {
          "stationId": "pkm-gogagoman", "sequence": 4211, "bootId": "7b0c5d2e91",
          "event": "Acknowledged", "dispatchId": "019ab3c4-7d1e-7c11-9a3b-2f6d4c8e0a11", "incidentId": "K261123-007",
          "occurredAt": "2026-11-23T06:05:31.884Z", "recordedAt": "2026-11-23T06:05:31.884Z",
          "clock": "Synchronized", "source": "Button", "elapsedMs": 24211, "detail": null
        }
        """;
}
