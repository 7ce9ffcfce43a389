#!/usr/bin/env python3
"""Gateways for text messages, as their documents describe them. Standard library only.

    gateway_receiver.py --service aliyun|tencent|mas --key-id K --secret S [...]

The options and behaviours of webhook_receiver.py hold, and `code:C`, which answers with that code. Otherwise the
signature is computed anew from what came and compared. Numbers 1990… are refused as wrong, 1991… for a limit of
that person, 1992… with an error of the system. GET /_messages: what was taken.

mas: a carrier's gateway as 云MAS has it: base64 of JSON, `mac` the MD5 of its fields and the secret.
"""
import asyncio
import base64
import hashlib
import hmac
import json
import time
import urllib.parse

import webhook_receiver as base


def sha256(text):
    return hashlib.sha256(text).hexdigest()


def hmac256(key, text):
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


class Aliyun:
    def __init__(self, options):
        self.options = options
        self.nonces = set()

    def code(self, code):
        return (200 if code.startswith(("isv.", "isp.", "OK")) else 400,
                {"Code": code, "Message": "behaving", "RequestId": "R"})

    def judge(self, path, headers, body):
        query = path.partition("?")[2]
        authorization = headers.get("authorization", "")
        algorithm, _, rest = authorization.partition(" ")
        parts = dict(part.split("=", 1) for part in rest.split(","))
        if parts.get("Credential") != self.options.key_id:
            return self.code("InvalidAccessKeyId.NotFound")
        names = parts["SignedHeaders"].split(";")
        required = {"host", "x-acs-action", "x-acs-content-sha256", "x-acs-date", "x-acs-signature-nonce", "x-acs-version"}
        pairs = urllib.parse.parse_qsl(query, keep_blank_values=True)
        canonical_query = "&".join("%s=%s" % (urllib.parse.quote(k, safe="-_.~"), urllib.parse.quote(v, safe="-_.~"))
                                   for k, v in sorted(pairs))
        canonical = "\n".join(["POST", "/", canonical_query, "".join("%s:%s\n" % (n, headers[n]) for n in names),
                               ";".join(names), sha256(body)])
        good = hmac256(self.options.secret.encode(), "ACS3-HMAC-SHA256\n" + sha256(canonical.encode())).hex()
        if algorithm != "ACS3-HMAC-SHA256" or required - set(names) or parts.get("Signature") != good:
            return self.code("SignatureDoesNotMatch")
        then = time.mktime(time.strptime(headers["x-acs-date"], "%Y-%m-%dT%H:%M:%SZ")) - time.timezone
        if abs(time.time() - then) > 900:
            return self.code("InvalidTimeStamp.Expired")
        if headers["x-acs-signature-nonce"] in self.nonces:
            return self.code("SignatureNonceUsed")
        self.nonces.add(headers["x-acs-signature-nonce"])
        if headers["x-acs-action"] != "SendSms" or headers["x-acs-version"] != "2017-05-25":
            return self.code("InvalidAction.NotFound")
        message = dict(pairs)
        number = message["PhoneNumbers"]
        refused = {"1990": "isv.MOBILE_NUMBER_ILLEGAL", "1991": "isv.BUSINESS_LIMIT_CONTROL",
                   "1992": "isp.SYSTEM_ERROR"}.get(number[:4])
        if refused:
            return self.code(refused)
        parameters = json.loads(message["TemplateParam"])
        if any(len(value) > 35 for value in parameters.values()):
            return self.code("isv.PARAM_LENGTH_LIMIT")
        return {"to": number, "sign": message["SignName"], "template": message["TemplateCode"],
                "parameters": parameters}


class Tencent:
    def __init__(self, options):
        self.options = options

    def code(self, code):
        if code == "Ok" or code.startswith(("LimitExceeded.", "FailedOperation.", "InternalError.")):
            response = {"SendStatusSet": [{"Code": code, "Message": "behaving", "SerialNo": "1"}]}
        else:
            response = {"Error": {"Code": code, "Message": "behaving"}}
        return 200, {"Response": {**response, "RequestId": "R"}}

    def judge(self, path, headers, body):
        stamp = headers.get("x-tc-timestamp", "0")
        date = time.strftime("%Y-%m-%d", time.gmtime(int(stamp)))
        canonical = "\n".join(["POST", "/", "", "content-type:%s\nhost:%s\n" % (headers["content-type"], headers["host"]),
                               "content-type;host", sha256(body)])
        scope = date + "/sms/tc3_request"
        text = "\n".join(["TC3-HMAC-SHA256", stamp, scope, sha256(canonical.encode())])
        key = hmac256(hmac256(hmac256(("TC3" + self.options.secret).encode(), date), "sms"), "tc3_request")
        good = "TC3-HMAC-SHA256 Credential=%s/%s, SignedHeaders=content-type;host, Signature=%s" % (
            self.options.key_id, scope, hmac256(key, text).hex())
        if headers.get("authorization") != good:
            return self.code("AuthFailure.SignatureFailure")
        if abs(time.time() - int(stamp)) > 300:
            return self.code("AuthFailure.SignatureExpire")
        if headers.get("x-tc-action") != "SendSms" or headers.get("x-tc-version") != "2021-01-11":
            return self.code("InvalidAction")
        message = json.loads(body)
        number = message["PhoneNumberSet"][0]
        refused = {"+861990": "InvalidParameterValue.IncorrectPhoneNumber",
                   "+861991": "LimitExceeded.PhoneNumberDailyLimit",
                   "+861992": "InternalError.Timeout"}.get(number[:7])
        if refused:
            return self.code(refused)
        return {"to": number, "sign": message["SignName"], "template": message["TemplateId"],
                "app": message["SmsSdkAppId"], "parameters": message["TemplateParamSet"]}


class Mas:
    def __init__(self, options):
        self.options = options

    def code(self, code):
        return 200, {"msgGroup": "1", "rspcod": code, "success": code == "success"}

    def judge(self, path, headers, body):
        message = json.loads(base64.b64decode(body, validate=True))
        text = "".join([message["ecName"], message["apId"], self.options.secret, message["mobiles"],
                        message["content"], message["sign"], message["addSerial"]])
        if message["mac"] != hashlib.md5(text.encode()).hexdigest():
            return self.code("InvalidUsrOrPwd")
        if message["mobiles"].startswith("1990"):
            return self.code("InvalidMessage")
        return {"to": message["mobiles"], "content": message["content"]}


SERVICES = {"aliyun": (Aliyun, "OK"), "tencent": (Tencent, "Ok"), "mas": (Mas, "success")}


class Receiver(base.Receiver):
    def __init__(self, options):
        options.secret_file = None
        super().__init__(options)
        service, self.success = SERVICES[options.service]
        self.gateway = service(options)
        self.messages = []

    def judge(self, path, headers, body):
        try:
            taken = self.gateway.judge(path, headers, body)
        except (ValueError, KeyError, TypeError) as error:
            return 400, {"Code": "Malformed", "Message": repr(error)}
        if isinstance(taken, tuple):
            return taken
        self.counts["taken"] += 1
        self.messages.append(taken)
        return self.gateway.code(self.success)


class Connection(base.Connection):
    def control(self, path, body):
        if path == "/_messages":
            self.send(base.response(200, json.dumps(self.receiver.messages).encode()))
        else:
            super().control(path, body)

    def request(self, method, path, headers, body):
        receiver = self.receiver
        receiver.counts["requests"] += 1
        kind, _, argument = receiver.behaviour(path).partition(":")
        if kind in ("ok", "code"):
            status, answer = receiver.gateway.code(argument) if kind == "code" else receiver.judge(path, headers, body)
            self.send(base.response(status, json.dumps(answer).encode()))
        else:
            self.answer(kind, argument, int(kind) if kind.isdigit() else 200)


def main():
    parser = base.parser_of(__doc__)
    parser.add_argument("--service", choices=SERVICES, required=True)
    parser.add_argument("--key-id", default="K1")
    parser.add_argument("--secret", default="")
    options = parser.parse_args()
    asyncio.run(base.serve(options, Receiver(options), Connection))


if __name__ == "__main__":
    main()
