using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Call112.Center.Enrolment;

/// <summary>A station's request for a certificate (PKCS #10, RFC 2986) as it comes over the wire: any text ends as a key or as a reason.</summary>
internal static class RenewalRequest
{
    /// <summary>Largest request that is read, characters; ours have 500.</summary>
    private const int LengthMax = 4_096;

    /// <summary>The key, if the request is this station's, signed by that very key. What else it may ask for is not looked at.</summary>
    /// <exception cref="EnrolmentException">Why it is not.</exception>
    public static PublicKey KeyOf(string pem, string stationId)
    {
        if (pem.Length > LengthMax)
            throw new EnrolmentException($"the request is longer than {LengthMax} characters");
        try
        {
            // Its own signature is checked: nobody gets a certificate over a key that he does not have.
            var request = CertificateRequest.LoadSigningRequestPem(pem, HashAlgorithmName.SHA256);
            if (request.SubjectName.Name != $"CN={stationId}")
                throw new EnrolmentException($"the request is for '{request.SubjectName.Name}'");
            using var key = request.PublicKey.GetECDsaPublicKey();
            if (key?.ExportParameters(includePrivateParameters: false).Curve is not { IsNamed: true, Oid.Value: P256 })
                throw new EnrolmentException("the request's key is not ECDSA P-256");
            return request.PublicKey;
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            throw new EnrolmentException($"the request cannot be read, or its signature is wrong: {e.Message}", e);
        }
    }

    /// <summary>prime256v1 (RFC 5480, 2.1.1.1).</summary>
    private const string P256 = "1.2.840.10045.3.1.7";
}
