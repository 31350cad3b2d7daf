namespace Call112.Messages;

/// <summary>
/// A station asks for a new certificate (contract, topic <c>certificate-request</c>): the answer to <see cref="CommandKind.RenewCertificate"/>. The key
/// stays in the station.
/// </summary>
/// <param name="RequestId">Names the request; sent again with the same id it is the same request.</param>
/// <param name="Request">PKCS #10 (RFC 2986) as PEM: the station's id as its only name, its own new key, signed by it.</param>
public sealed record StationCertificateRequest(string StationId, Guid RequestId, DateTimeOffset SentAt, string Request);

/// <summary>The centre's answer to it (contract, topic <c>certificate</c>): a certificate or a refusal. Whom to trust is never sent.</summary>
/// <param name="RequestId">The request that it answers.</param>
/// <param name="Certificate">PEM, one certificate; null with a refusal.</param>
/// <param name="Refusal">Why none was issued; null with a certificate.</param>
public sealed record StationCertificate(Guid RequestId, DateTimeOffset SentAt, string? Certificate = null, string? Refusal = null);
