using System.Text;
using Call112.Messages;

namespace Call112.Center.Enrolment;

/// <summary>
/// Mosquitto's access list: who may say and hear what (contract, "Topics"). Every right stands under a name, none in a pattern: a station that is
/// taken out of the list is mute and deaf from the broker's next reload on, also on a connection that it has already, which no list of revoked
/// certificates ends. Rights of the groups could not be patterns anyway: Mosquitto knows the names of client and user only.
/// </summary>
internal static class AccessList
{
    /// <summary>The centre's name at the broker. No station can have it: an id has no dot.</summary>
    public const string CenterName = "call112.center";

    /// <summary>The broker's own name, in its certificate only.</summary>
    public const string BrokerName = "call112.broker";

    /// <param name="stations">Id and groups of every station that may take part.</param>
    public static string Write(IEnumerable<(string Id, IReadOnlyList<string> Groups)> stations)
    {
        var text = new StringBuilder("# Written by call112-center enroll and revoke; what is changed by hand is lost.\n\n");
        User(text, CenterName);
        foreach (var kind in (TopicKind[])
            [TopicKind.Report, TopicKind.State, TopicKind.Heartbeat, TopicKind.Telemetry, TopicKind.Acceptance, TopicKind.CertificateRequest])
            Right(text, "read", Topics.OfAllStations(kind));
        foreach (var kind in (TopicKind[])[TopicKind.StationDispatch, TopicKind.Command, TopicKind.Receipt, TopicKind.Certificate])
            Right(text, "write", Topics.OfAllStations(kind));
        Right(text, "write", Topics.OfAllGroups);
        Right(text, "write", Topics.CenterHeartbeat);
        foreach (var (id, groups) in stations.OrderBy(station => station.Id, StringComparer.Ordinal))
            Station(text, id, groups);
        return text.ToString();
    }

    private static void Station(StringBuilder text, string id, IReadOnlyList<string> groups)
    {
        User(text, id);
        Right(text, "write", Topics.Report(id));
        // With two uplinks a station hears its own state: the will of its other session lands there (decision 0015).
        Right(text, "readwrite", Topics.State(id));
        Right(text, "write", Topics.Heartbeat(id));
        Right(text, "write", Topics.Telemetry(id));
        Right(text, "write", Topics.Acceptance(id));
        Right(text, "read", Topics.Dispatch(id));
        Right(text, "read", Topics.Command(id));
        Right(text, "read", Topics.Receipt(id));
        Right(text, "write", Topics.CertificateRequest(id));
        Right(text, "read", Topics.Certificate(id));
        foreach (var group in groups.Append("all").Distinct())
            Right(text, "read", Topics.GroupDispatch(group));
        Right(text, "read", Topics.CenterHeartbeat);
    }

    private static void User(StringBuilder text, string name) => text.Append($"\nuser {name}\n");

    private static void Right(StringBuilder text, string right, string topic) => text.Append($"topic {right} {topic}\n");
}
